// The words on screen for the words of the trade; the order is the one a person should see.
import type {
  CaseSort,
  Category,
  Consent,
  Granularity,
  PersonRole,
  ReportChannel,
  Role,
  Severity,
  Status,
} from "$lib/ipc/bindings";

export const CATEGORIES: Record<Category, string> = {
  phishing: "Phishing",
  malware: "Malware",
  botnet: "Botnet controller",
  copyright: "Copyright",
  trademark: "Trademark",
  child_safety: "Child safety",
  intimate_images: "Intimate images",
  threats: "Threats and harassment",
  terrorist_content: "Terrorist content",
  legal_order: "Legal order",
  data_request: "Data request",
  registrar_hijack: "Registrar hijack",
  our_mistake: "Our mistake",
  inquiry: "Inquiry",
  other: "Other",
};

export const SEVERITIES: Record<Severity, string> = {
  critical: "Critical",
  high: "High",
  medium: "Medium",
  low: "Low",
};

export const STATUSES: Record<Status, string> = {
  new: "New",
  triaged: "Triaged",
  investigating: "Investigating",
  waiting: "Waiting",
  mitigated: "Mitigated",
  resolved: "Resolved",
  closed: "Closed",
};

export const SORTS: Record<CaseSort, string> = {
  due: "next deadline",
  severity: "severity",
  opened: "newest",
};

export const PERSON_ROLES: Record<PersonRole, string> = {
  reporter: "Reporter",
  customer: "Customer",
  site_operator: "Site operator",
  tenant: "Tenant",
  victim: "Victim",
  authority: "Authority",
  colleague: "Colleague",
};

export const CONSENTS: Record<Consent, { label: string; means: string }> = {
  named: { label: "May be named", means: "Operator and host may learn who reported." },
  anonymous: { label: "Anonymous", means: "The content may be passed on, the person not." },
  do_not_forward: { label: "Do not forward", means: "Nothing of the report may leave." },
  not_asked: { label: "Not asked yet", means: "Treated as anonymous until somebody asks." },
};

export const CHANNELS: Record<ReportChannel, string> = {
  mail: "Mail source",
  chat: "Chat line",
  phone: "Phone note",
  other: "Other text",
};

export const GRANULARITIES: Record<Granularity, string> = {
  url: "URL",
  object: "Object",
  bucket: "Bucket",
  host: "Host",
  zone: "Zone",
  account: "Account",
  service: "Service",
};

export const ROLES: Record<Role, string> = {
  registrar: "Registrar",
  dns: "DNS",
  proxy: "Proxy",
  host: "Host",
  storage: "Storage",
  mail: "Mail",
};

/** The keys of a table of labels, typed. */
export function words<K extends string>(labels: Record<K, unknown>): K[] {
  return Object.keys(labels) as K[];
}

/** Whether a case is hidden until somebody asks to see it. */
export function isSensitive(it: { sensitivity: string; category: Category }): boolean {
  return (
    it.sensitivity !== "normal" ||
    it.category === "child_safety" ||
    it.category === "intimate_images"
  );
}
