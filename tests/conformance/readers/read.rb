# Reads the corpus (lines of {"yaml", "value"}) from stdin with Psych and compares.
require 'json'
require 'psych'
require 'date'

documents = differ = 0
STDIN.set_encoding('UTF-8').each_line do |line|
  entry = JSON.parse(line)
  documents += 1
  begin
    found = Psych.safe_load(entry['yaml'], permitted_classes: [Symbol, Date, Time])
  rescue StandardError, SyntaxError => e
    found = e
  end
  next if found == entry['value']

  differ += 1
  warn "differs: #{entry['yaml'].inspect}: #{found.inspect}" if differ <= 5
end
puts "#{documents} documents, #{differ} differ"
exit(differ.positive? || documents.zero? ? 1 : 0)
