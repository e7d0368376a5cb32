// What the pages behind the links in mail say, in five languages.

export interface Texts {
  readonly title: string
  readonly unsubscribeAsk: string
  readonly unsubscribeButton: string
  readonly unsubscribed: string
  readonly trackingAsk: string
  readonly withdrawButton: string
  readonly withdrawn: string
  readonly offers: string
  readonly offersHint: string
  readonly tracking: string
  readonly trackingHint: string
  readonly yes: string
  readonly no: string
  readonly saveButton: string
  readonly saved: string
  readonly same: string
  readonly receipt: string
  readonly apart: string
  readonly invalid: string
  readonly wait: string
  readonly back: string
}

export const LANGUAGES = ['en', 'fr', 'it', 'de', 'es'] as const
export type Language = (typeof LANGUAGES)[number]
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: 'English', fr: 'Français', it: 'Italiano', de: 'Deutsch', es: 'Español' }

export const TEXTS: Readonly<Record<Language, Texts>> = {
  en: {
    title: 'Your e-mail choices',
    unsubscribeAsk: 'Stop receiving offers by e-mail?',
    unsubscribeButton: 'Stop the offers',
    unsubscribed: 'Done. We send you no more offers. This took effect at once.',
    trackingAsk: 'Stop noting whether you open our e-mails or follow their links?',
    withdrawButton: 'Stop the tracking',
    withdrawn: 'Done. Nothing is noted any more, in e-mails you already have either.',
    offers: 'Offers by e-mail',
    offersHint: 'Service messages about your account come all the same.',
    tracking: 'What we may note about our e-mails',
    trackingHint: 'Each of these is off unless you switch it on or the law where you live needs no consent.',
    yes: 'Yes',
    no: 'No',
    saveButton: 'Save choices',
    saved: 'Saved. Your choices take effect at once.',
    same: 'Nothing had to be changed: that is what we had on record.',
    receipt: 'Receipt of this choice',
    apart: 'Offers and tracking are separate: changing one leaves the other as it is.',
    invalid: 'This link is not valid. It may have been cut off on its way; please use the one in the e-mail.',
    wait: 'Too many requests. Please try again shortly.',
    back: 'All choices',
  },
  fr: {
    title: 'Vos choix pour les e-mails',
    unsubscribeAsk: 'Ne plus recevoir d’offres par e-mail ?',
    unsubscribeButton: 'Arrêter les offres',
    unsubscribed: 'C’est fait. Nous ne vous envoyons plus d’offres, dès maintenant.',
    trackingAsk: 'Ne plus noter si vous ouvrez nos e-mails ou suivez leurs liens ?',
    withdrawButton: 'Arrêter le suivi',
    withdrawn: 'C’est fait. Plus rien n’est noté, y compris pour les e-mails déjà reçus.',
    offers: 'Offres par e-mail',
    offersHint: 'Les messages de service sur votre compte continuent d’arriver.',
    tracking: 'Ce que nous pouvons noter sur nos e-mails',
    trackingHint: 'Chaque point est désactivé, sauf si vous l’activez ou si le droit de votre pays n’exige pas de consentement.',
    yes: 'Oui',
    no: 'Non',
    saveButton: 'Enregistrer',
    saved: 'Enregistré. Vos choix s’appliquent dès maintenant.',
    same: 'Rien à changer : c’est ce que nous avions noté.',
    receipt: 'Reçu de ce choix',
    apart: 'Offres et suivi sont séparés : changer l’un ne touche pas à l’autre.',
    invalid: 'Ce lien n’est pas valable. Il a peut-être été coupé ; utilisez celui de l’e-mail.',
    wait: 'Trop de requêtes. Réessayez dans un instant.',
    back: 'Tous les choix',
  },
  it: {
    title: 'Le tue scelte per le e-mail',
    unsubscribeAsk: 'Non ricevere più offerte per e-mail?',
    unsubscribeButton: 'Ferma le offerte',
    unsubscribed: 'Fatto. Da subito non ti inviamo più offerte.',
    trackingAsk: 'Non annotare più se apri le nostre e-mail o segui i link?',
    withdrawButton: 'Ferma il tracciamento',
    withdrawn: 'Fatto. Non viene più annotato nulla, nemmeno per le e-mail già ricevute.',
    offers: 'Offerte per e-mail',
    offersHint: 'I messaggi di servizio sul tuo account continuano ad arrivare.',
    tracking: 'Che cosa possiamo annotare sulle nostre e-mail',
    trackingHint: 'Ogni voce è disattivata, a meno che tu la attivi o la legge del tuo paese non richieda consenso.',
    yes: 'Sì',
    no: 'No',
    saveButton: 'Salva',
    saved: 'Salvato. Le tue scelte valgono da subito.',
    same: 'Nulla da cambiare: è ciò che avevamo registrato.',
    receipt: 'Ricevuta di questa scelta',
    apart: 'Offerte e tracciamento sono separati: cambiare l’uno lascia l’altro com’è.',
    invalid: 'Questo link non è valido. Forse è stato troncato; usa quello nell’e-mail.',
    wait: 'Troppe richieste. Riprova tra poco.',
    back: 'Tutte le scelte',
  },
  de: {
    title: 'Ihre Wahl für E-Mails',
    unsubscribeAsk: 'Keine Angebote per E-Mail mehr erhalten?',
    unsubscribeButton: 'Angebote beenden',
    unsubscribed: 'Erledigt. Ab sofort senden wir Ihnen keine Angebote mehr.',
    trackingAsk: 'Nicht mehr festhalten, ob Sie unsere E-Mails öffnen oder Links folgen?',
    withdrawButton: 'Aufzeichnung beenden',
    withdrawn: 'Erledigt. Nichts wird mehr festgehalten, auch nicht bei E-Mails, die Sie schon haben.',
    offers: 'Angebote per E-Mail',
    offersHint: 'Servicenachrichten zu Ihrem Konto kommen weiterhin.',
    tracking: 'Was wir zu unseren E-Mails festhalten dürfen',
    trackingHint: 'Jeder Punkt ist aus, solange Sie ihn nicht einschalten oder das Recht Ihres Landes keine Einwilligung verlangt.',
    yes: 'Ja',
    no: 'Nein',
    saveButton: 'Speichern',
    saved: 'Gespeichert. Ihre Wahl gilt ab sofort.',
    same: 'Nichts zu ändern: So war es schon vermerkt.',
    receipt: 'Beleg dieser Wahl',
    apart: 'Angebote und Aufzeichnung sind getrennt: Das eine lässt das andere, wie es ist.',
    invalid: 'Dieser Link ist ungültig. Vielleicht wurde er abgeschnitten; nehmen Sie den aus der E-Mail.',
    wait: 'Zu viele Anfragen. Bitte versuchen Sie es gleich noch einmal.',
    back: 'Alle Einstellungen',
  },
  es: {
    title: 'Sus preferencias de correo',
    unsubscribeAsk: '¿Dejar de recibir ofertas por correo?',
    unsubscribeButton: 'Dejar las ofertas',
    unsubscribed: 'Hecho. Desde ahora no le enviamos más ofertas.',
    trackingAsk: '¿Dejar de anotar si abre nuestros correos o sigue sus enlaces?',
    withdrawButton: 'Dejar el seguimiento',
    withdrawn: 'Hecho. Ya no se anota nada, tampoco en los correos que ya tiene.',
    offers: 'Ofertas por correo',
    offersHint: 'Los mensajes de servicio sobre su cuenta siguen llegando.',
    tracking: 'Qué podemos anotar sobre nuestros correos',
    trackingHint: 'Cada punto está desactivado salvo que lo active o la ley de su país no exija consentimiento.',
    yes: 'Sí',
    no: 'No',
    saveButton: 'Guardar',
    saved: 'Guardado. Su elección vale desde ahora.',
    same: 'Nada que cambiar: es lo que ya constaba.',
    receipt: 'Recibo de esta elección',
    apart: 'Ofertas y seguimiento van por separado: cambiar uno deja el otro como está.',
    invalid: 'Este enlace no es válido. Quizá se cortó; use el del correo.',
    wait: 'Demasiadas solicitudes. Inténtelo de nuevo en un momento.',
    back: 'Todas las preferencias',
  },
}

/** The language of a page: asked for, else the first of Accept-Language that there is, else English. */
export function languageOf(request: Request): Language {
  const asked = new URL(request.url).searchParams.get('lang')
  const accepted = (request.headers.get('accept-language') ?? '').split(',').map((range) => range.trim().slice(0, 2).toLowerCase())
  return [asked, ...accepted].find((code): code is Language => LANGUAGES.includes(code as Language)) ?? 'en'
}
