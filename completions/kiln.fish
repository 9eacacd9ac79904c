# fish completion for kiln. The program itself knows what may follow; this only hands over the line.
function __kiln_words
    set -l line (commandline -opc) (commandline -ct)
    for reply in ($line[1] completion words -- $line[2..-1] 2> /dev/null)
        switch $reply
            case ':file'
                __fish_complete_path (commandline -ct)
            case ':folder'
                __fish_complete_directories (commandline -ct)
            case '*'
                echo $reply
        end
    end
end
complete -c kiln -f -a '(__kiln_words)'
