#compdef kiln
# zsh completion for kiln. The program itself knows what may follow; this only hands over the line.
_kiln() {
  local line
  local -a replies
  while IFS= read -r line; do
    case $line in
      (:file) _files ;;
      (:folder) _files -/ ;;
      (*) replies+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}") ;;
    esac
  done < <("${words[1]}" completion words -- "${(@)words[2,CURRENT]}" 2> /dev/null)
  (( $#replies )) && _describe -t words word replies
}
if [[ ${funcstack[1]} == _kiln ]]; then _kiln "$@"; else compdef _kiln kiln; fi
