// dockerfiles FILE...: each Dockerfile as buildkit reads it, and what it says of the last stage.
package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// judge returns what is wrong with a Dockerfile: it is not parsed, the parser warns, a name of a stage is not there, or the
// last stage lacks a numeric user or a way to start.
func judge(path string) []string {
	file, err := os.Open(path)
	if err != nil {
		return []string{err.Error()}
	}
	defer file.Close()
	tree, err := parser.Parse(file)
	if err != nil {
		return []string{err.Error()}
	}
	stages, _, err := instructions.Parse(tree.AST, nil)
	if err != nil {
		return []string{err.Error()}
	}
	var wrong []string
	for _, warning := range tree.Warnings {
		wrong = append(wrong, warning.Short)
	}
	if len(stages) < 2 {
		return append(wrong, "one stage alone")
	}
	user, starts := "", false
	for _, command := range stages[len(stages)-1].Commands {
		switch c := command.(type) {
		case *instructions.UserCommand:
			user = c.User
		case *instructions.EntrypointCommand, *instructions.CmdCommand:
			starts = true
		case *instructions.CopyCommand:
			if _, found := instructions.HasStage(stages, c.From); c.From != "" && !found {
				wrong = append(wrong, "no stage "+c.From)
			}
		}
	}
	if user != "10001:10001" {
		wrong = append(wrong, "user "+user)
	}
	if !starts {
		wrong = append(wrong, "nothing to start")
	}
	return wrong
}

func main() {
	status := 0
	for _, path := range os.Args[1:] {
		if wrong := judge(path); len(wrong) > 0 {
			fmt.Printf("%s: %s\n", path, strings.Join(wrong, "; "))
			status = 1
		}
	}
	os.Exit(status)
}
