// Package wellknown knows by what names mail programs call the folders that
// every mailbox has, in the languages of Outlook.
package wellknown
