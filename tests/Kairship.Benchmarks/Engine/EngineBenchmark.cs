namespace Kairship.Benchmarks.Engine;

/// <summary>The workflow engine: in memory, on SQLite, on PostgreSQL. Figures that wait for the disk stand beside what the disk gives.</summary>
internal static class EngineBenchmark
{
    public static async Task<int> RunAsync(string[] args)
    {
        if (EngineOptions.Parse(args) is not { } options)
        {
            await Console.Error.WriteLineAsync("engine takes [--only ROW-PREFIX] [--quick] [--folder EXISTING-FOLDER]");
            return 2;
        }

        if (options.Wants("fdatasync-per-s"))
        {
            using var disk = new Fdatasync(options.Folder);
            disk.PerSecond(options.Round / 4);
            var rates = Enumerable.Range(0, options.Rounds).Select(_ => disk.PerSecond(options.Round / 2)).ToList();
            options.Print("fdatasync-per-s", rates.Median(), "per s", ("call", Fdatasync.Call), ("bytes", 4096), ("rounds", rates.Spread()));
        }

        await MemoryBenchmark.RunAsync(options);
        await OnAsync(options, new SqliteTarget(options.Folder));
        await OnAsync(options, new PostgresTarget());
        return 0;
    }

    private static async Task OnAsync(EngineOptions options, TargetDatabase target)
    {
        await using (target)
        {
            await StoreBenchmark.RunAsync(options, target);
            await FootprintBenchmark.RunAsync(options, target);
            await RestartBenchmark.RunAsync(options, target);
        }
    }
}
