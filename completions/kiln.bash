# bash completion for kiln. The program itself knows what may follow; this only hands over the line.
# shellcheck shell=bash
_kiln()
{
    local current=${COMP_WORDS[COMP_CWORD]} line
    [ "$current" != "=" ] || current=
    COMPREPLY=()
    while IFS= read -r line; do
        case $line in
            :file) compopt -o filenames && mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$current") ;;
            :folder) compopt -o filenames && mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -d -- "$current") ;;
            *) COMPREPLY+=("${line%%$'\t'*}") ;;
        esac
    done < <("${COMP_WORDS[0]}" completion words -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2> /dev/null)
}
complete -F _kiln kiln
