using System.Net.Http.Headers;
using Kairship.Server.Hosting;
using Kairship.Storage;
using Kairship.Workflows.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Serilog.Events;

namespace Kairship.Benchmarks.Studio;

/// <summary>A whole server on loopback over a filled database, and a client with its first key.</summary>
internal sealed class StudioServer : IAsyncDisposable
{
    private readonly WebApplication app;

    private StudioServer(WebApplication app, HttpClient http)
    {
        this.app = app;
        Http = http;
    }

    public HttpClient Http { get; }

    public IServiceProvider Services => app.Services;

    /// <param name="database">A PostgreSQL connection string; null: SQLite in the folder.</param>
    public static async Task<StudioServer> StartAsync(string folder, string? database, StudioOptions options)
    {
        await FillAsync(folder, database, options);
        var built = KairshipServer.Build(new ServerOptions
        {
            DataDirectory = folder,
            Urls = "http://127.0.0.1:0",
            Workflows = Directory.CreateDirectory(Path.Combine(folder, "definitions")).FullName,
            Database = database,
            NodeName = "benchmark",
            LogToConsole = false,
            LogLevel = LogEventLevel.Warning,
            ShutdownTimeout = TimeSpan.FromSeconds(5),
        });
        await built.StartAsync();
        var http = new HttpClient { BaseAddress = new Uri(built.Urls.First()) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(Path.Combine(folder, "admin.key"))).Trim());
        return new StudioServer(built, http);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
    }

    private static async Task FillAsync(string folder, string? database, StudioOptions options)
    {
        var storage = new StorageOptions
        {
            Provider = database is null ? StorageProvider.Sqlite : StorageProvider.PostgreSql,
            ConnectionString = database ?? $"Data Source={Path.Combine(folder, "kairship.db")}",
        };
        await using var services = new ServiceCollection().AddSingleton(TimeProvider.System).AddKairshipStorage(storage).BuildServiceProvider();
        await new StudioData(services.GetRequiredService<IWorkflowStore>(), options).FillAsync();
    }
}
