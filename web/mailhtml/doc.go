// Package mailhtml makes strangers' HTML safe to show.
//
// Sanitize turns the HTML of a mail, and Text a plain text, into a complete
// document of its own, meant for a frame with an empty sandbox attribute and
// a response with its own Content-Security-Policy. It is the first of three
// layers; the frame and the policy of the response are the other two, and
// none of them relies on another.
//
// What survives is text, its structure, a limited choice of inline style,
// links to the web, to mail addresses and telephone numbers, and pictures
// that came with the message itself. Nothing that survives makes a browser
// run or fetch anything.
//
// The HTML passes three sieves, each of which would do alone for most of
// what mail contains:
//
//   - prune reads it as tokens. It drops elements whose content is not text
//     (script, style, svg, form controls and the like) with their content, and
//     bounds the number of tags, the depth and the open formatting elements,
//     so that no input makes the tree explode;
//   - a bluemonday policy lets only listed elements and attributes pass;
//   - tidy parses the rest into a tree, writes styles, links and pictures
//     anew from what it understood of them, and renders the tree.
//
// This is repeated until a pass changes nothing, so what a browser parses is
// what was checked here.
//
// The package is a leaf: it imports nothing else of Mailquarry.
package mailhtml
