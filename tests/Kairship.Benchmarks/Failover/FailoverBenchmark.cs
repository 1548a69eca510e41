namespace Kairship.Benchmarks.Failover;

/// <summary>From the loss of a cluster to what is done about it.</summary>
internal static class FailoverBenchmark
{
    public const string Bench = "failover";

    public static async Task<int> RunAsync(string[] args)
    {
        var quick = args.Contains("--quick");
        if (args.Any(a => a != "--quick"))
        {
            await Console.Error.WriteLineAsync("failover takes --quick");
            return 2;
        }

        FalseAlarms.Measure(quick ? 100 : 10_000);
        await Detection.MeasureAsync(quick ? 1 : 10);
        return 0;
    }
}
