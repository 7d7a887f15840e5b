/** Lower case of each character by itself, as Hugging Face's tokenizers have it: a capital sigma at the end of a word becomes "σ", not "ς". */
export function lowercase(text: string): string {
  return text.replaceAll("Σ", "σ").toLowerCase();
}
