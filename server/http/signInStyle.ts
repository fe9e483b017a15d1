/** The colours and measures of app/globals.css, which is not loaded by the pages before the sign-in. */
export const signInStyle = `:root{color-scheme:light dark;--ground:light-dark(#f6f6f4,#0d0e11);--surface:light-dark(#fff,#14161a);--line:light-dark(#e1e1dc,#262a32);
--field:light-dark(#93938c,#646a77);--ink:light-dark(#17181c,#ecedf0);--soft:light-dark(#4d4f57,#b0b4bd);--faint:light-dark(#6a6c75,#8d929d);--accent:light-dark(#3049c9,#93a8ff);
--bad:light-dark(#b92626,#ff8078);--bad-soft:light-dark(#fce8e6,#331715)}
*{box-sizing:border-box}body{margin:0;min-height:100dvh;display:grid;place-items:center;padding:16px;background:var(--ground);color:var(--ink);
font:14px/20px Inter,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans","Liberation Sans",Arial,sans-serif}
main{width:100%;max-width:360px;padding:24px;background:var(--surface);border:1px solid var(--line);border-radius:8px}
h1{margin:0 0 16px;font-size:20px;line-height:28px;letter-spacing:-.01em}form{display:grid;gap:6px}label{margin-top:6px;font-size:12px;line-height:16px;font-weight:500;color:var(--soft)}
p{margin:0;color:var(--faint);font-size:12px;line-height:18px;overflow-wrap:anywhere}.lead{margin-bottom:8px;color:var(--soft);font-size:13px;line-height:20px}code{font-size:11px}
input,button,.button{font:inherit;height:36px;padding:0 12px;border-radius:6px;width:100%}input{border:1px solid var(--field);background:var(--surface);color:var(--ink)}
button,.button{border:1px solid var(--ink);background:var(--ink);color:var(--ground);font-weight:500;cursor:pointer;display:grid;place-items:center;text-decoration:none}
form button{margin-top:10px}button:hover,.button:hover{opacity:.85}.plain{background:none;color:var(--ink);border-color:var(--line)}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.problem{margin-bottom:16px;padding:8px 12px;border:1px solid var(--line);border-radius:6px;background:var(--bad-soft);color:var(--bad);font-size:13px}
hr{border:0;border-top:1px solid var(--line);margin:20px 0}details{margin-top:20px;padding-top:16px;border-top:1px solid var(--line)}summary{cursor:pointer;color:var(--soft);font-size:13px}details form{margin-top:12px}`;
