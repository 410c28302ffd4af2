package extract

func pdfText(doc []byte, emit func(string) error) answer {
	return answer{State: Unsupported, Reason: "no extractor for this format"}
}
