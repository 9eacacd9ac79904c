// Reads the corpus (lines of {"yaml", "value"}) from stdin with the reader named and compares.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"reflect"

	goccy "github.com/goccy/go-yaml"
	v3 "gopkg.in/yaml.v3"
	sigs "sigs.k8s.io/yaml"
)

type line struct {
	YAML  string `json:"yaml"`
	Value any    `json:"value"`
}

var readers = map[string]func([]byte, any) error{
	"sigs":  func(text []byte, into any) error { return sigs.UnmarshalStrict(text, into) },
	"v3":    v3.Unmarshal,
	"goccy": func(text []byte, into any) error { return goccy.Unmarshal(text, into) },
}

// normal turns every number into a float64; maps with keys that are no strings stay what they are and so differ.
func normal(value any) any {
	switch v := value.(type) {
	case map[string]any:
		out := map[string]any{}
		for key, item := range v {
			out[key] = normal(item)
		}
		return out
	case []any:
		out := []any{}
		for _, item := range v {
			out = append(out, normal(item))
		}
		return out
	case int:
		return float64(v)
	case int64:
		return float64(v)
	case uint64:
		return float64(v)
	}
	return value
}

func main() {
	read := readers[os.Args[1]]
	input := bufio.NewScanner(os.Stdin)
	input.Buffer(nil, 1<<24)
	documents, differ := 0, 0
	for input.Scan() {
		var wanted line
		if err := json.Unmarshal(input.Bytes(), &wanted); err != nil {
			panic(err)
		}
		documents++
		var found any
		err := read([]byte(wanted.YAML), &found)
		if err != nil || !reflect.DeepEqual(normal(found), normal(wanted.Value)) {
			differ++
			if differ <= 5 {
				fmt.Fprintf(os.Stderr, "differs: %q: %#v %v\n", wanted.YAML, found, err)
			}
		}
	}
	fmt.Printf("%d documents, %d differ\n", documents, differ)
	if differ > 0 || documents == 0 {
		os.Exit(1)
	}
}
