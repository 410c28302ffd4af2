package archive

// dictionary1 is what most messages have in common: the field names and usual
// values of a Graph message object, in the order in which they come, and the
// usual header lines of Internet mail and markup of HTML bodies. It must never
// change: what was packed with it is unpacked with it. What is most frequent
// stands last, where references to it are shortest.
const dictionary1 = `<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word" xmlns="http://www.w3.org/TR/REC-html40"><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd"><meta name="viewport" content="width=device-width, initial-scale=1.0"><style type="text/css">@font-face{font-family:Calibri;panose-1:2 15 5 2 2 2 4 3 2 4}p.MsoNormal, li.MsoNormal, div.MsoNormal{margin:0in;font-size:11.0pt;font-family:"Calibri",sans-serif}a:link, span.MsoHyperlink{color:#0563C1;text-decoration:underline}</style><div class="WordSection1"><p class="MsoNormal"><o:p>&nbsp;</o:p></p><table border="0" cellspacing="0" cellpadding="0" width="100%" style="border-collapse:collapse"><tbody><tr><td valign="top" style="padding:0in 5.4pt 0in 5.4pt"></td></tr></tbody></table><span style="font-size:12pt;font-family:Arial,Helvetica,sans-serif;color:#000000">background-color:#ffffff;text-align:center;border:none;border-top:solid #E1E1E1 1.0pt;line-height:1.5;font-weight:bold;display:block;margin-bottom:10px</span><img src="https://www." alt="" width="1" height="1"><br clear="all"><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex"><div dir="ltr"><ul><li></li></ul><a href="mailto:
Return-Path: <Delivered-To: Received: from mail. (localhost [127.0.0.1]) by with ESMTP id for <; Received: by with SMTP id ; (version=TLS1_2 cipher=ECDHE-RSA-AES128-GCM-SHA256 bits=128/128) DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=gmail.com; s=20161025; h=from:to:cc:subject:date:message-id:references:in-reply-to:mime-version; bh=X-Google-DKIM-Signature: X-Gm-Message-State: X-Google-Smtp-Source: X-Received: List-Id: <List-Unsubscribe: <https://lists.>, <mailto:-request@lists.?subject=unsubscribe> List-Archive: <List-Post: <mailto:List-Help: <mailto:?subject=help> List-Subscribe: <Precedence: bulk
Errors-To: Sender: Reply-To: User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:78.0) Gecko/20100101 Thunderbird/78.0 X-Mailer: Microsoft Outlook Express 6.00.2600.0000 X-MimeOLE: Produced By Microsoft MimeOLE X-Priority: 3 X-MSMail-Priority: Normal X-Spam-Status: No, hits= required= tests= References: <In-Reply-To: <Content-Language: en-US
Content-Disposition: attachment; filename="Content-Type: multipart/alternative; boundary="----=_NextPart_000_Content-Type: multipart/mixed; boundary="Content-Type: text/html; charset="utf-8"
Content-Transfer-Encoding: quoted-printable
Content-Transfer-Encoding: base64
Content-Type: text/plain; charset="iso-8859-1"
This is a multi-part message in MIME format.

Message-ID: <.JavaMail.
Date: Mon, 1 Jan 2001 08:00:00 -0800 (PST)
Date: Tue, Wed, Thu, Fri, Sat, Sun, Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec -0700 (PDT) +0000
From: To: Cc: Subject: Re: Fwd: Mime-Version: 1.0
MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii
Content-Transfer-Encoding: 7bit
X-From: X-To: X-cc: X-bcc: X-Folder: X-Origin: X-FileName: 

-----Original Message-----
From: Sent: To: Subject: 
---------------------- Forwarded by on  AM --------------------------- PM
Please let me know if you have any questions. Thanks, regards, would like to attached is a meeting with the and for this that you have will be are from we can http://www. .com "hasAttachments":true,"importance":"high","flagStatus":"flagged","contentType":"text","content":"\r\n\r\n<html><head>\r\n<meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\"></head><body><div><p>&nbsp;</p><br>\r\n</div></body></html>"},"parentFolderId":"AAMkA","@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users('')/mailFolders('')/messages/$delta","singleValueExtendedProperties":[{"id":"internetMessageHeaders":[{"name":"value":"
{"@odata.type":"#microsoft.graph.message","@odata.etag":"W/\"CQAAABYAAAA\"","id":"AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A","createdDateTime":"2024-01-01T08:00:00Z","lastModifiedDateTime":"2025-01-01T08:00:00Z","changeKey":"CQAAABYAAAA","categories":[],"receivedDateTime":"2026-01-01T08:00:00Z","sentDateTime":"2026-01-01T08:00:00Z","hasAttachments":false,"internetMessageId":"<@mail.gmail.com>","subject":"RE: ","bodyPreview":"","importance":"normal","parentFolderId":"AQMkA","conversationId":"AAQkA","conversationIndex":"AQH","isDeliveryReceiptRequested":null,"isReadReceiptRequested":false,"isRead":true,"isDraft":false,"webLink":"https://outlook.office365.com/owa/?ItemID=AAkA&exvsurl=1&viewmodel=ReadMessageItem","inferenceClassification":"focused","body":{"contentType":"html","content":"<html><head>\r\n<meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\">"},"sender":{"emailAddress":{"name":"","address":""}},"from":{"emailAddress":{"name":"","address":""}},"toRecipients":[{"emailAddress":{"name":"","address":""}}],"ccRecipients":[],"bccRecipients":[],"replyTo":[],"flag":{"flagStatus":"notFlagged"}}`
