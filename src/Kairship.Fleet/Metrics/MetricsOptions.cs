using System.Globalization;

namespace Kairship.Fleet.Metrics;

/// <summary>A Prometheus, or what speaks its query API (Thanos, Mimir, VictoriaMetrics).</summary>
/// <param name="Address">Its URL, with a path where it has one.</param>
/// <param name="TokenFile">A file with the bearer token that it asks for, read anew for each question; null: it asks for none.</param>
public sealed record PrometheusServer(Uri Address, string? TokenFile = null);

/// <summary>Where metrics may be asked for.</summary>
public sealed record MetricsOptions
{
    /// <summary>The servers that are asked, and no others: an application names one of them, so that whoever may write applications cannot send requests where they like. The first where it names none.</summary>
    /// <value>None.</value>
    public IReadOnlyList<PrometheusServer> Prometheus { get; init; } = [];

    /// <summary>How long one attempt to ask waits for its answer; there are two.</summary>
    /// <value>5 s; from 100 ms to 1 minute.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <exception cref="ArgumentException">A value is out of its range; the message has its name, the value and the range.</exception>
    public void Validate()
    {
        Check(nameof(Timeout), Timeout >= TimeSpan.FromMilliseconds(100) && Timeout <= TimeSpan.FromMinutes(1), string.Create(CultureInfo.InvariantCulture, $"is {Timeout}; it is from 00:00:00.1 to 00:01:00."));
        foreach (var server in Prometheus)
        {
            var isAddress = server.Address is { IsAbsoluteUri: true, Scheme: "http" or "https", UserInfo.Length: 0 };
            Check(nameof(Prometheus), isAddress, $"has '{server.Address}'; it is the http or https URL of a Prometheus without a user's name, such as https://prometheus.example.org.");
            Check(nameof(Prometheus), server.TokenFile is null || File.Exists(server.TokenFile), $"has the token file '{server.TokenFile}' for {server.Address}; it is a file that exists.");
        }
    }

    private static void Check(string name, bool good, string trouble)
    {
        if (!good)
        {
            throw new ArgumentException($"MetricsOptions.{name} {trouble}", name);
        }
    }
}
