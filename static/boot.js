// The first thing in the body: tells the style sheet and GOV.UK Frontend that scripts run, before anything is drawn.
document.body.classList.add('js-enabled')
if ('noModule' in HTMLScriptElement.prototype) document.body.classList.add('govuk-frontend-supported')
