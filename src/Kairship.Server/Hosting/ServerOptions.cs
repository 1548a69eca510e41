using System.Net;
using Kairship.Delivery.Failover;
using Kairship.Fleet.Health;
using Kairship.Fleet.Metrics;
using Kairship.Server.Scaling;
using Serilog.Events;

namespace Kairship.Server.Hosting;

/// <summary>How a server runs. Checked by <see cref="KairshipServer.Build"/> before anything starts.</summary>
public sealed record ServerOptions
{
    /// <summary>Everything that is kept: the database (SQLite), keys, logs. Made when missing; one server at a time.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Addresses to listen on, divided by semicolons. Anything but loopback must be said here; put TLS in front of it.</summary>
    /// <value>http://127.0.0.1:7420</value>
    public string Urls { get; init; } = "http://127.0.0.1:7420";

    /// <summary>Below which path requests go to the HTTP endpoints of workflows.</summary>
    /// <value>/http: Elsa's own /workflows is where people will look for the pages about workflows.</value>
    public string HttpBasePath { get; init; } = "/http";

    /// <summary>A PostgreSQL connection string ("Host=...;Database=...;Username=...") when several nodes share one database. Null: SQLite in the data folder.</summary>
    public string? Database { get; init; }

    /// <summary>The folder whose *.json are imported at start and whenever they change. Null: the shipped workflows next to the program, where there are any.</summary>
    public string? Workflows { get; init; }

    /// <summary>Where the keys that encrypt kubeconfigs are kept; nodes that share a database share this folder. Null: "keys" in the data folder.</summary>
    public string? KeysDirectory { get; init; }

    /// <summary>A folder with a file for each secret that applications name (the file's name is the secret's), such as those that sign what fence hooks are asked. Null: "secrets" in the data folder.</summary>
    public string? SecretsDirectory { get; init; }

    /// <summary>Where the designer's files are. Null: "studio" next to the program, then what npm restored in the checkout that the program was built in.</summary>
    public string? StudioDirectory { get; init; }

    /// <summary>What this node is called in logs and as owner of instances. Letters, digits, dots and dashes, 63 at most.</summary>
    /// <value>The machine's name.</value>
    public string NodeName { get; init; } = Environment.MachineName;

    /// <summary>How long a stop waits for running activities to reach their next commit.</summary>
    /// <value>20 s; 1 s to 10 min.</value>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>From which level on the log is written.</summary>
    /// <value>Information</value>
    public LogEventLevel LogLevel { get; init; } = LogEventLevel.Information;

    /// <summary>Also writes the log to the console.</summary>
    /// <value>true</value>
    public bool LogToConsole { get; init; } = true;

    /// <summary>Lets kubeconfigs on the wire name files and programs of this machine. Only where every admin key belongs to somebody with a shell here.</summary>
    /// <value>false</value>
    public bool AllowLocalKubeconfigReferences { get; init; }

    /// <summary>Folders of this machine that applications may name as their source. Whoever may release can read what is below them.</summary>
    /// <value>None.</value>
    public IReadOnlyList<string> SourceRoots { get; init; } = [];

    /// <summary>When a cluster counts as well.</summary>
    public HealthOptions Health { get; init; } = new();

    /// <summary>When so much is lost that no failover begins without a person.</summary>
    public BrakeOptions Brake { get; init; } = new();

    /// <summary>Where metrics may be asked for.</summary>
    public MetricsOptions Metrics { get; init; } = new();

    /// <summary>How often replicas are decided, and when a cluster is short of room.</summary>
    public ScalingOptions Scaling { get; init; } = new();

    /// <summary>What a server inside another one has instead of what servers have.</summary>
    internal Action<IServiceCollection>? Instead { get; init; }

    /// <exception cref="ServerStartException">A setting is wrong: the message names it, its value and what is allowed.</exception>
    internal ServerOptions Validated()
    {
        Check(nameof(DataDirectory), DataDirectory, !string.IsNullOrWhiteSpace(DataDirectory), "the path of a folder");
        CheckUrls();
        Check(nameof(HttpBasePath), HttpBasePath, HttpBasePath.Length > 1 && HttpBasePath[0] == '/' && HttpBasePath.Skip(1).All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            && HttpBasePath is not ("/api" or "/hooks" or "/elsa" or "/workflows" or "/assets" or "/session" or "/reports" or "/sign-in" or "/metrics"), "one path segment such as /http that nothing else uses");
        Check(nameof(Database), Database is null ? null : "(hidden)", Database is null || Database.Contains("Host=", StringComparison.OrdinalIgnoreCase),
            "a PostgreSQL connection string such as Host=db;Database=kairship;Username=kairship;Password=...");
        Check(nameof(Workflows), Workflows, Workflows is null || Directory.Exists(Workflows), "a folder that exists");
        Check(nameof(SecretsDirectory), SecretsDirectory, SecretsDirectory is null || Directory.Exists(SecretsDirectory), "a folder that exists");
        Check(nameof(StudioDirectory), StudioDirectory, StudioDirectory is null || Directory.Exists(StudioDirectory), "a folder that exists");
        foreach (var root in SourceRoots)
        {
            Check(nameof(SourceRoots), root, Path.IsPathRooted(root) && Directory.Exists(root), "full paths of folders that exist");
        }

        Check(nameof(NodeName), NodeName, NodeName.Length is > 0 and <= 63 && NodeName.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-'),
            "1 to 63 letters, digits, dots and dashes");
        Check(nameof(ShutdownTimeout), ShutdownTimeout, ShutdownTimeout >= TimeSpan.FromSeconds(1) && ShutdownTimeout <= TimeSpan.FromMinutes(10),
            "00:00:01 to 00:10:00");
        try
        {
            Health.Validate();
            Brake.Validate();
            Metrics.Validate();
            Scaling.Validate();
        }
        catch (ArgumentException e)
        {
            throw new ServerStartException(e.Message, 2, e);
        }

        return this;
    }

    /// <summary>True when any address is reachable from other machines.</summary>
    internal bool ListensBeyondLoopback => SplitUrls().Any(url => !IsLoopback(new Uri(Plain(url)).Host));

    private IEnumerable<string> SplitUrls() => Urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private void CheckUrls()
    {
        const string Allowed = "addresses such as http://127.0.0.1:7420 (port 0: any free one), divided by semicolons";
        Check(nameof(Urls), Urls, SplitUrls().Any(), Allowed);
        foreach (var url in SplitUrls())
        {
            Check(nameof(Urls), url, Uri.TryCreate(Plain(url), UriKind.Absolute, out var uri) && uri.Scheme == "http", Allowed);
        }
    }

    /// <summary>Kestrel's wildcards are not hosts to <see cref="Uri"/>.</summary>
    private static string Plain(string url) => url.Replace("://*", "://0.0.0.0", StringComparison.Ordinal).Replace("://+", "://0.0.0.0", StringComparison.Ordinal);

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static void Check(string name, object? value, bool good, string allowed)
    {
        if (!good)
        {
            throw new ServerStartException($"Setting {name} is '{value}': it must be {allowed}.");
        }
    }
}

/// <summary>The server cannot start, for a reason that its operator can change. The message is one line for the console.</summary>
public sealed class ServerStartException(string message, int exitCode = 2, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>2: wrong settings. 3: another server runs on the data folder. 4: the database cannot be used.</summary>
    public int ExitCode { get; } = exitCode;
}
