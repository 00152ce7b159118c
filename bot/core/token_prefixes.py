"""Prefixes that providers give their secret tokens, where no checksum can be verified: a known beginning and an exact form."""

PROVIDERS = {
    "1Password": ("ops_eyJ",),
    "Anthropic": ("sk-ant-api03-", "sk-ant-admin01-"),
    "Artifactory": ("AKCp", "cmVmdGtu"),
    "AWS Bedrock": ("ABSK",),
    "Brevo": ("xkeysib-",),
    "Buildkite": ("bkua_", "bkaa_"),
    "CircleCI": ("CCIPAT_", "CCIPRJ_"),
    "CockroachDB Cloud": ("CCDB1_",),
    "Databricks": ("dapi",),
    "DataStax Astra": ("AstraCS:",),
    "Deno Deploy": ("ddp_", "ddo_"),
    "DigitalOcean": ("dop_v1_", "doo_v1_", "dor_v1_"),
    "Docker Hub": ("dckr_pat_", "dckr_oat_"),
    "Doppler": ("dp.pt.",),
    "Duffel": ("duffel_live_",),
    "Dynatrace": ("dt0c01.",),
    "EasyPost": ("EZAK",),
    "Figma": ("figd_",),
    "Fly.io": ("FlyV1",),
    "GitHub": ("github_pat_",),
    "GitLab": ("glpat-", "gldt-", "glft-", "glcbt-", "glptt-", "glrt-", "glimt-", "glagent-", "gloas-", "glsoat-", "GR1348941"),
    "Google": ("AIza",),
    "Grafana": ("glc_", "eyJrIjoi"),
    "Groq": ("gsk_",),
    "Heroku": ("HRKU-",),
    "Hugging Face": ("hf_",),
    "LangSmith": ("lsv2_pt_", "lsv2_sk_"),
    "Linear": ("lin_api_",),
    "MongoDB Atlas": ("mdb_sa_sk_",),
    "Neon": ("napi_",),
    "Notion": ("ntn_",),
    "NVIDIA": ("nvapi-",),
    "Onfido": ("api_live.", "api_live_"),
    "OpenAI": ("sk-proj-", "sk-svcacct-", "sk-admin-"),
    "OpenRouter": ("sk-or-v1-",),
    "Packagist": ("packagist_",),
    "Perplexity": ("pplx-",),
    "PlanetScale": ("pscale_",),
    "PostHog": ("phx_",),
    "Postman": ("PMAK-",),
    "Prefect": ("pnu_",),
    "Pulumi": ("pul-",),
    "ReadMe": ("rdme_",),
    "Replicate": ("r8_",),
    "RubyGems": ("rubygems_",),
    "SendGrid": ("SG.",),
    "Sentry": ("sntrys_", "sntryu_"),
    "Shippo": ("shippo_live_",),
    "Shopify": ("shpat_", "shpca_", "shppa_", "shpss_"),
    "Slack": ("xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xoxc-", "xoxd-", "xoxe-", "xoxe.", "xapp-"),
    "Sourcegraph": ("sgp_",),
    "Square": ("sq0atp-", "sq0csp-"),
    "Stripe": ("sk_live_", "rk_live_"),
    "Supabase": ("sbp_", "sb_secret_"),
    "Tailscale": ("tskey-api-", "tskey-auth-"),
    "Vault": ("hvs.", "hvb."),
    "Vercel": ("vcp_", "vck_", "vci_", "vca_", "vcr_"),
    "Weights & Biases": ("wandb_v1_",),
    "xAI": ("xai-",),
}
_PREFIXES = {prefix: provider for provider, prefixes in PROVIDERS.items() for prefix in prefixes}
_LIVE = ("_live", "live_", "EZAK")


def provider_of(value: str) -> tuple[str, str] | None:
    """(provider, prefix) of a value that starts with a known prefix, the longest one."""
    found = [prefix for prefix in _PREFIXES if value.startswith(prefix)]
    prefix = max(found, key=len, default="")
    return (_PREFIXES[prefix], prefix) if prefix else None


def has_prefix(text: str) -> bool:
    """Whether any prefix stands anywhere in a text."""
    return any(prefix in text for prefix in _PREFIXES)


def is_live(prefix: str) -> bool:
    """The prefix itself says that the token works on real accounts, not in a sandbox."""
    return any(mark in prefix for mark in _LIVE)
