using Kairship.Benchmarks.Engine;

namespace Kairship.Benchmarks.Studio;

/// <summary>What the designer asks a server for, over HTTP on loopback, with many definitions and instances in the database; the server shares the process.</summary>
internal static class StudioBenchmark
{
    public static async Task<int> RunAsync(string[] args)
    {
        if (StudioOptions.Parse(args) is not { } options)
        {
            await Console.Error.WriteLineAsync("studio takes [--only ROW-PREFIX] [--quick] [--folder DIR] [--postgres CONNECTION]");
            return 2;
        }

        if (options.Wants("sqlite-"))
        {
            await OnAsync("sqlite", options.Folder, null, options);
        }

        if (options.Wants("postgres-") && options.Postgres is { } given)
        {
            await OnAsync("postgres", Path.Combine(options.Folder ?? Path.GetTempPath(), "kairship-bench-postgres"), given, options);
        }
        else if (options.Wants("postgres-"))
        {
            var target = new PostgresTarget();
            await using (target)
            {
                await OnAsync("postgres", null, (await target.CreateAsync()).ConnectionString, options);
            }
        }

        return 0;
    }

    private static async Task OnAsync(string name, string? kept, string? database, StudioOptions options)
    {
        var folder = kept is null ? Directory.CreateTempSubdirectory("kairship-bench-").FullName : Directory.CreateDirectory(kept).FullName;
        try
        {
            var server = await StudioServer.StartAsync(folder, database, options);
            await using (server)
            {
                await DescriptorRows.RunAsync(server, options, name);
                await ListRows.RunAsync(server, options, name);
                await JournalRows.RunAsync(server, options, name);
            }
        }
        finally
        {
            if (kept is null)
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }
}
