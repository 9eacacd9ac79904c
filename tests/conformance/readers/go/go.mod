module kiln/tests/conformance/readers

go 1.22

require (
	github.com/goccy/go-yaml v1.15.13
	gopkg.in/yaml.v3 v3.0.1
	sigs.k8s.io/yaml v1.4.0
)
