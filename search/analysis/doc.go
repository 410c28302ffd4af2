// Package analysis cuts text into the terms that are indexed, searched for and
// marked in snippets. Index, query and snippets must agree to the letter, so
// there is this one tokenizer and no setting.
//
// The rule:
//
//  1. A word is a maximal run of Unicode letters (L), marks (M) and decimal
//     digits (Nd). Everything else separates words: white space, punctuation
//     (also the apostrophe, the underscore, @, the full stop and the hyphen),
//     symbols, and bytes that are not UTF-8.
//  2. In scripts that are written without spaces between words (Han, Hiragana,
//     Katakana, Bopomofo, Thai, Lao, Khmer, Myanmar) each letter with the marks
//     that follow it is a word of its own, also in the middle of a run. A word
//     of such a script is therefore found as a phrase of its letters. Hangul is
//     written with spaces, and its runs stay words.
//  3. A word's term is its folded form: compatibility forms are replaced
//     (NFKD), upper case becomes lower case, diacritics (but those of й, ў and
//     ї, which are letters of their own), Arabic vowel signs, Hebrew points and
//     the tatweel are dropped, a few letters that do not decompose are spelled
//     out (ß ss, æ ae, œ oe, ø o, đ and ð d, ł l, þ th, ħ h, ı i, final sigma
//     as sigma), whatever is no letter, mark or decimal digit then is dropped,
//     and the rest is composed again (NFC).
//  4. A term longer than MaxTerm bytes is cut there, on a rune border.
//  5. A run whose folded form is empty is no word.
//
// Words are numbered from 0 in their order; that number is the position by
// which phrases are matched. eva@contoso.com is eva, contoso, com at three
// consecutive positions.
//
// Terms are not stemmed. What the inflected forms of a word have in common is told
// by Stem, and whoever searches looks for all of them; so phrases and exact words
// cost nothing extra, and a language can be mended without a new index.
package analysis
