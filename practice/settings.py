"""All settings, from the environment only. PRACTICE_MODE is production (the default), demo or test.

What a practice sets is listed in docs/operations.md. In production everything that has no safe default must be given;
what is missing stops the start with a sentence. Demo and tests make their own secrets in the data folder.
"""

from typing import Any

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environs import Env, validate

from practice.infrastructure.databases.configuration import configure_databases
from practice.infrastructure.databases.folder import CHECKOUT, choose_data_folder
from practice.infrastructure.environment import made_secret, outside_bind, outside_host, required

env = Env()
BASE_DIR = CHECKOUT
MODE = env.str("PRACTICE_MODE", "production", validate=validate.OneOf(["production", "demo", "test"]))
PRODUCTION = MODE == "production"

# --- Where things are kept --------------------------------------------------------------------------------------------
DATA_DIR = choose_data_folder(env.path("PRACTICE_DATA_DIR", None))
if MODE == "test":
    DATA_DIR = DATA_DIR / "test"  # a cluster and keys of its own: tests never come near a practice's data
if PRODUCTION:
    KEYRING_FILE = required(env.path, "PRACTICE_KEYRING_FILE", "the file with the keys of the sealed notes")
    CHECKPOINT_FILE = required(env.path, "PRACTICE_CHECKPOINT_FILE", "the file that signed checkpoints are written to")
else:
    KEYRING_FILE = env.path("PRACTICE_KEYRING_FILE", DATA_DIR / "keys" / "keyring.json")
    CHECKPOINT_FILE = env.path("PRACTICE_CHECKPOINT_FILE", DATA_DIR / "checkpoints.txt")
KEYRING_AUTOCREATE = not PRODUCTION
# for how many days the oldest backup is kept; 0: the practice has not said. What was destroyed is in backups until then
BACKUP_DAYS = env.int("PRACTICE_BACKUP_DAYS", 0 if PRODUCTION else 35, validate=validate.Range(min=0, max=36500))

DATABASES, LOGIN_CREDENTIALS, EMBEDDED_SERVER = configure_databases(env, DATA_DIR, durable=MODE != "test")
DATABASE_ROUTERS = ["practice.infrastructure.databases.router.Router"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# on a table in the database, so that sign-in limits hold across web processes
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache_entry"}}

# --- Who may talk to us -----------------------------------------------------------------------------------------------
DEBUG = False
if PRODUCTION:
    SECRET_KEY = required(env.str, "PRACTICE_SECRET_KEY", "a random text of 50 characters or more")
    if len(SECRET_KEY) < 50:
        raise ImproperlyConfigured("PRACTICE_SECRET_KEY is too short. It is a random text of 50 characters or more.")
    ALLOWED_HOSTS = required(env.list, "PRACTICE_ALLOWED_HOSTS", "the host names people type, separated by commas")
    if any("*" in host for host in ALLOWED_HOSTS):
        raise ImproperlyConfigured("PRACTICE_ALLOWED_HOSTS names every host (*). Name the ones people type.")
    TIME_ZONE = required(env.str, "PRACTICE_TIME_ZONE", "the practice's time zone, such as America/Chicago")
else:
    SECRET_KEY = made_secret(DATA_DIR, "secret_key")
    ALLOWED_HOSTS = ["127.0.0.1", "localhost", "testserver"]
    TIME_ZONE = env.str("PRACTICE_TIME_ZONE", "America/Chicago")
BEHIND_PROXY = env.bool("PRACTICE_BEHIND_PROXY", False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0

SECURE_SSL_REDIRECT = PRODUCTION
SECURE_HSTS_SECONDS = 63_072_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],  # the theme's own small images and the second factor's code
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
# the prefix makes browsers refuse the cookie from any other host or path; it needs TLS
COOKIE_PREFIX = "__Host-" if PRODUCTION else ""
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}session"
SESSION_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrf"
CSRF_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_HTTPONLY = True
# a note of 200,000 characters, each four bytes and each byte escaped, must arrive
DATA_UPLOAD_MAX_MEMORY_SIZE = 12_000_000
# uploads stay in memory: a scan of a signed paper is never spooled to a temporary folder
FILE_UPLOAD_MAX_MEMORY_SIZE = 30_000_000
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "practice.infrastructure.uploads.OversizedUploadHandler",
]

# --- What patients and recipients reach without an account ------------------------------------------------------------
# A process of its own (`serve` starts both) that answers another host by another table of addresses: it has no sign-in,
# reads no session, and none of its addresses exists on the clinic's side. `OUTSIDE`, at the end, is all that differs.
SIDE = env.str("PRACTICE_SIDE", "clinic", validate=validate.OneOf(["clinic", "outside"]))
BIND = env.str("PRACTICE_BIND", "127.0.0.1:8000")  # of this process
OUTSIDE_BIND = BIND if SIDE == "outside" else outside_bind(env.str("PRACTICE_OUTSIDE_BIND", ""), BIND)
OUTSIDE_HOST = outside_host(env.str("PRACTICE_OUTSIDE_HOST", "" if PRODUCTION else "localhost"))  # empty: no links
OUTSIDE_ADDRESS = (
    f"https://{OUTSIDE_HOST}" if PRODUCTION else f"http://{OUTSIDE_HOST}:{OUTSIDE_BIND.rpartition(':')[2]}"
)

# --- What the product is made of --------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "practice.infrastructure",  # first: its migrate command replaces Django's
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "guardian",
    "auditlog",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "procrastinate.contrib.django",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_tables2",
    "csp",
    "practice.audit",
    "practice.worklist",
    "practice.people",
    "practice.outside",
    "practice.compliance",
    "authorizations",
    "records.chart",
    "records.psychotherapy",
    "disclosures.ledger",
    "disclosures.releases",
    "disclosures.legal",
    "practice.desk",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "practice.infrastructure.middleware.never_store",
    "practice.infrastructure.middleware.only_utf8",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "practice.people.handed_over.OneScreen",
    "practice.people.middleware.SignInLimits",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "practice.people.middleware.SecondFactorRequired",
    "auditlog.middleware.AuditlogMiddleware",
    "practice.people.middleware.RefusalPages",
]
ROOT_URLCONF = "practice.urls"
WSGI_APPLICATION = "practice.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "practice.desk.context.frame",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
DJANGO_TABLES2_TEMPLATE = "components/table.html"

# --- Sign-in ----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "people.Staff"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "guardian.backends.ObjectPermissionBackend",
]
SIGN_IN_IDLE_SECONDS = 15 * 60
SIGN_IN_ABSOLUTE_SECONDS = 12 * 60 * 60
LOGIN_URL = "account_login"
ACCOUNT_ADAPTER = "practice.people.adapters.SignIn"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]  # sign-up is closed; this only keeps e-mail out of it
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None  # nobody signs in, or is found, by e-mail
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
# per address and per account; counted in the database, so they hold across web processes
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/300s/key", "reauthenticate": "10/m/user"}
MFA_ADAPTER = "practice.people.adapters.SecondFactor"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Practice records"
MFA_TOTP_TOLERANCE = 1  # a telephone's clock may be half a minute off; a used code is refused all the same
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_FORMS = {
    "authenticate": "practice.people.forms.sign_in.CodeForm",
    "reauthenticate": "practice.people.forms.sign_in.CodeAgainForm",
    "activate_totp": "practice.people.forms.sign_in.FirstCodeForm",
}
ANONYMOUS_USER_NAME = None  # guardian's stand-in for strangers: nobody is a stranger here
GUARDIAN_RAISE_403 = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
if MODE == "test":
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # hundreds of sign-ins; nobody's password
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_REDIRECT_URL = "/"

# --- What is recorded, and what must not be ---------------------------------------------------------------------------
AUDITLOG_LOGENTRY_MODEL = "audit.AuditEntry"
AUDITLOG_DISABLE_REMOTE_ADDR = True  # it trusts a header anybody can send
AUDITLOG_CID_HEADER = None  # it would write a header anybody can send into the trail
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"()": "practice.infrastructure.logs.ContentFreeFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        # Django's own handler would mail the whole request to administrators
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "practice": {"handlers": ["console"], "level": "INFO", "propagate": False},
    },
}

# --- Words, files, jobs -----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-us"
USE_TZ = True
# in the sign-in's own row and sealed, not in a cookie: sentences name people, and the browser keeps nothing
MESSAGE_STORAGE = "practice.infrastructure.messages.SealedStorage"

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "practice" / "static"]
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = MODE == "test"  # tests collect no static files
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # no file of ours is kept in a folder
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if MODE == "test"
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"  # the product sends no mail

# --- The other side ---------------------------------------------------------------------------------------------------
OUTSIDE: dict[str, Any] = {
    "ALLOWED_HOSTS": [OUTSIDE_HOST],
    "ROOT_URLCONF": "practice.outside_urls",
    # no session, no sign-in, no messages: a staff cookie that strays here is not even read
    "MIDDLEWARE": [
        "django.middleware.security.SecurityMiddleware",
        "csp.middleware.CSPMiddleware",
        "practice.infrastructure.middleware.never_store",
        "practice.infrastructure.middleware.only_utf8",
        "practice.outside.middleware.quiet",
        "whitenoise.middleware.WhiteNoiseMiddleware",
        "django.middleware.common.CommonMiddleware",
        "practice.outside.middleware.OutsideCsrf",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    "CSRF_COOKIE_NAME": f"{COOKIE_PREFIX}outside-csrf",
    "CSRF_FAILURE_VIEW": "practice.outside.refusing.page_too_old",
    "SESSION_COOKIE_NAME": f"{COOKIE_PREFIX}outside-none",
    "SECURE_REFERRER_POLICY": "no-referrer",
    "DATA_UPLOAD_MAX_MEMORY_SIZE": 3_000_000,  # a drawn signature
    "DATA_UPLOAD_MAX_NUMBER_FILES": 0,
}
OUTSIDE_PASS_COOKIE = f"{COOKIE_PREFIX}outside-pass"
if SIDE == "outside":
    if not OUTSIDE_HOST:
        raise ImproperlyConfigured("PRACTICE_OUTSIDE_HOST is empty. It is the host of links. See docs/operations.md.")
    INSTALLED_APPS[INSTALLED_APPS.index("allauth.account")] = "practice.outside.sign_in_tables.SignInTables"
    globals().update(OUTSIDE)
