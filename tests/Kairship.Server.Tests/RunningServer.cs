using System.Net.Http.Headers;
using Kairship.Api;
using Kairship.Api.Access;
using Kairship.Delivery.Failover;
using Kairship.Fleet.Health;
using Kairship.Fleet.Metrics;
using Kairship.Server.Hosting;
using Kairship.Server.Scaling;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Serilog.Events;

namespace Kairship.Server.Tests;

/// <summary>A whole server on loopback: Kestrel, SQLite in a folder of its own, one silo.</summary>
public sealed class RunningServer : IAsyncLifetime
{
    private WebApplication? app;

    public string Data { get; } = Path.Combine(Path.GetTempPath(), $"kairship-server-{Guid.NewGuid():N}");
    public string Workflows => Path.Combine(Data, "definitions");

    /// <summary>The repository's workflows instead of the samples.</summary>
    public bool UseShippedWorkflows { get; set; }
    /// <summary>A PostgreSQL connection string; null: SQLite.</summary>
    public string? Database { get; set; }

    /// <summary>When clusters count as well.</summary>
    public HealthOptions Health { get; set; } = new();

    /// <summary>When so much is lost that no failover begins.</summary>
    public BrakeOptions Brake { get; set; } = new();

    /// <summary>Where metrics may be asked for.</summary>
    public MetricsOptions Metrics { get; set; } = new();

    /// <summary>How often replicas are decided.</summary>
    public ScalingOptions Scaling { get; set; } = new();

    /// <summary>The node whose database, keys and first key this one shares.</summary>
    public RunningServer? Companion { get; set; }

    /// <summary>Folders that applications may name their sources in.</summary>
    public IReadOnlyList<string> SourceRoots { get; set; } = [];

    /// <summary>The designer's files; null: where a server looks by itself.</summary>
    public string? StudioDirectory { get; set; }

    /// <summary>What this server has instead of what servers have.</summary>
    public Action<IServiceCollection>? Instead { get; set; }

    public Uri Address { get; private set; } = new("http://127.0.0.1");
    public string AdminToken { get; private set; } = "";
    public KairshipClient Admin { get; private set; } = null!;
    public IServiceProvider Services => app!.Services;

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Workflows);
        foreach (var (name, json) in UseShippedWorkflows ? ShippedWorkflows() : SampleWorkflows.All)
        {
            await File.WriteAllTextAsync(Path.Combine(Workflows, name + ".json"), json);
        }

        await StartAsync();
    }

    public async Task StartAsync()
    {
        app = KairshipServer.Build(Options());
        await app.StartAsync();
        Address = new Uri(app.Urls.First());
        AdminToken = (await File.ReadAllTextAsync(Path.Combine(Companion?.Data ?? Data, "admin.key"))).Trim();
        Admin = KairshipClient.Connect(Address, AdminToken);
    }

    public ServerOptions Options() => new()
    {
        DataDirectory = Data,
        Urls = "http://127.0.0.1:0",
        Workflows = Workflows,
        Database = Database,
        KeysDirectory = Companion is null ? null : Path.Combine(Companion.Data, "keys"),
        NodeName = "test",
        SourceRoots = SourceRoots,
        StudioDirectory = StudioDirectory,
        Health = Health,
        Brake = Brake,
        Metrics = Metrics,
        Scaling = Scaling,
        Instead = Instead,
        LogToConsole = false,
        LogLevel = LogEventLevel.Information,
        ShutdownTimeout = TimeSpan.FromSeconds(5),
    };

    public async Task StopAsync()
    {
        Admin?.Dispose();
        if (app is not null)
        {
            await app.StopAsync();
            await app.DisposeAsync();
            app = null;
        }
    }

    /// <summary>Plain HTTP with a key; null: without one.</summary>
    public HttpClient Http(string? token)
    {
        var http = new HttpClient { BaseAddress = Address };
        if (token is not null)
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return http;
    }

    public async Task<string> KeyAsync(string name, params string[] roles) => (await Admin.CreateKeyAsync(new CreateKeyRequest(name, roles))).Token;

    private static IReadOnlyDictionary<string, string> ShippedWorkflows()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Kairship.sln")))
        {
            root = root.Parent ?? throw new InvalidOperationException("The tests run outside the repository.");
        }

        return Directory.EnumerateFiles(Path.Combine(root.FullName, "workflows"), "*.json").ToDictionary(f => Path.GetFileNameWithoutExtension(f)!, File.ReadAllText);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (Directory.Exists(Data))
        {
            TellErrors();
            Directory.Delete(Data, recursive: true);
        }
    }

    /// <summary>Why a request of a failed test was answered by 500 is in the log only.</summary>
    private void TellErrors()
    {
        if (TestContext.Current.TestState?.Result != TestResult.Failed)
        {
            return;
        }

        foreach (var line in Directory.EnumerateFiles(Data, "*.log", SearchOption.AllDirectories).SelectMany(File.ReadLines).Where(l => l.Contains("\"@l\":\"Error\"", StringComparison.Ordinal)))
        {
            TestContext.Current.TestOutputHelper?.WriteLine(line);
        }
    }
}
