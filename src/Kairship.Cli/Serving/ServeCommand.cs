using System.CommandLine;
using Kairship.Api;
using Kairship.Api.Clusters;
using Kairship.Cli.Connection;
using Kairship.Cli.Output;
using Kairship.Fleet.Metrics;
using Kairship.Server.Hosting;
using Kairship.Simulator;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;

namespace Kairship.Cli.Serving;

internal static class ServeCommand
{
    private static readonly Option<string> Data = new("--data") { Description = "Folder for everything that is kept", DefaultValueFactory = _ => GlobalOptions.DefaultData };
    private static readonly Option<string> Urls = new("--urls") { Description = "Addresses to listen on, divided by ';'", DefaultValueFactory = _ => GlobalOptions.DefaultServer };
    private static readonly Option<string?> Database = new("--database") { Description = "PostgreSQL connection string [default: $KAIRSHIP_DATABASE, then SQLite in the data folder]" };
    private static readonly Option<string?> Workflows = new("--workflows") { Description = "Folder of workflow files, read at start and on every change [default: the shipped ones]" };
    private static readonly Option<int> Simulate = new("--simulate") { Description = "Also start that many simulated clusters, kept in the data folder, and join them", DefaultValueFactory = _ => 0 };
    private static readonly Option<string[]> SourceRoots = new("--source-root") { Description = "Folder that applications may name sources in (spec.source.path), again for each", DefaultValueFactory = _ => [] };
    private static readonly Option<string?> Secrets = new("--secrets") { Description = "Folder with a file for each secret that applications name, such as those of fence hooks [default: secrets in the data folder]" };
    private static readonly Option<string[]> Prometheus = new("--prometheus") { Description = "URL of a Prometheus that applications are scaled by, again for each; the first is asked where a metric names none. 'URL,token-file=FILE': with the bearer token in a file", DefaultValueFactory = _ => [] };
    private static readonly Option<string?> Settings = new("--settings") { Description = "JSON file of what is set rarely: health (when a cluster counts as lost), brake (how many may be lost at once)" };
    private static readonly Option<bool> Quiet = new("--quiet") { Description = "Log to files in the data folder only" };
    private static readonly Option<bool> UntilInputCloses = Lifeline.Option();

    public static Command Create() => new Command("serve", "Starts the server. The first start makes an admin key and puts it into the file admin.key of the data folder.") { Data, Urls, Database, Workflows, SourceRoots, Prometheus, Secrets, Settings, Simulate, Quiet, UntilInputCloses }
            .WithExamples("kairship serve", "kairship serve --simulate 3", "kairship serve --data /var/lib/kairship --urls http://0.0.0.0:7420").Does(RunAsync);

    private static async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var options = new ServerOptions
        {
            DataDirectory = Path.GetFullPath(result.GetRequiredValue(Data)),
            Urls = result.GetRequiredValue(Urls),
            Database = result.GetValue(Database) ?? Environment.GetEnvironmentVariable("KAIRSHIP_DATABASE"),
            Workflows = result.GetValue(Workflows),
            SourceRoots = [.. result.GetValue(SourceRoots)!.Select(Path.GetFullPath)],
            SecretsDirectory = result.GetValue(Secrets) is { } secrets ? Path.GetFullPath(secrets) : null,
            Metrics = new MetricsOptions { Prometheus = [.. result.GetValue(Prometheus)!.Select(PrometheusOf)] },
            LogToConsole = !result.GetValue(Quiet),
        };
        options = result.GetValue(Settings) is { } file ? ServerSettings.Read(Path.GetFullPath(file)).Over(options) : options;
        if (result.GetValue(Simulate) is < 0 or > 100)
        {
            throw new CommandException("--simulate takes a number from 0 to 100", 2);
        }

        await using var app = KairshipServer.Build(options);
        using var stop = Lifeline.Hold(result.GetValue(UntilInputCloses), cancellationToken);
        var simulate = result.GetValue(Simulate);
        await using var fleet = simulate == 0 ? null : await SimUpCommand.StartAsync(SimulatedClouds.Take(simulate), SimFolders.OfServer(options.DataDirectory), stop.Token);
        await app.StartAsync(stop.Token);
        if (fleet is not null)
        {
            await JoinAsync(fleet, app, options, stop.Token);
        }

        Console.Out.WriteLine($"kairship serves {string.Join(", ", app.Urls)}; data in {options.DataDirectory}");
        Console.Out.WriteLine($"The designer: {app.Urls.First()}/workflows; the first key is in {Path.Combine(options.DataDirectory, "admin.key")}, 'kairship studio' prints a link that signs in");
        using var registration = stop.Token.Register(app.Lifetime.StopApplication);
        await app.WaitForShutdownAsync(CancellationToken.None);
        return 0;
    }

    private static PrometheusServer PrometheusOf(string text)
    {
        const string Token = ",token-file=";
        var at = text.IndexOf(Token, StringComparison.Ordinal);
        return Uri.TryCreate(at < 0 ? text : text[..at], UriKind.Absolute, out var address)
            ? new PrometheusServer(address, at < 0 ? null : Path.GetFullPath(text[(at + Token.Length)..]))
            : throw new CommandException($"'{text}' is no value for --prometheus: it must be a URL such as https://prometheus.example.org, with ',token-file=FILE' behind it where it asks for a token", 2);
    }

    /// <summary>Joins the clusters; those of an earlier start are as they were and join again under their old addresses.</summary>
    private static async Task JoinAsync(SimulatedFleet fleet, WebApplication app, ServerOptions options, CancellationToken cancellationToken)
    {
        var key = (await File.ReadAllTextAsync(Path.Combine(options.DataDirectory, "admin.key"), cancellationToken)).Trim();
        using var client = KairshipClient.Connect(new Uri(app.Urls.First()), key);
        foreach (var cluster in fleet.Clusters)
        {
            await client.JoinClusterAsync(new JoinClusterRequest(cluster.Name, cluster.Kubeconfig, null, cluster.Options.Labels), cancellationToken);
        }
    }
}
