namespace Kairship.Benchmarks.Failover;

/// <summary>From the loss of a cluster to what is done about it.</summary>
internal static class FailoverBenchmark
{
    public const string Bench = "failover";

    public static async Task<int> RunAsync(string[] args)
    {
        var (quick, only) = (args.Contains("--quick"), "");
        switch (args.Where(a => a != "--quick").ToArray())
        {
            case []:
                break;
            case ["--only", var prefix]:
                only = prefix;
                break;
            default:
                await Console.Error.WriteLineAsync("failover takes --quick and --only ROW-PREFIX");
                return 2;
        }

        if (Wanted("failover-100-apps-s"))
        {
            await Moving.MeasureAsync(quick ? 1 : 5);
        }

        if (Wanted("false-alarms-per-cluster-hour") || Wanted("detect-simulated-s"))
        {
            FalseAlarms.Measure(quick ? 100 : 10_000);
        }

        if (Wanted("detect-s"))
        {
            await Detection.MeasureAsync(quick ? 1 : 10);
        }

        if (Wanted("failover-survey-1000-ms") || Wanted("failback-survey-1000-ms"))
        {
            await Surveys.MeasureAsync(quick ? 5 : 30);
        }

        return 0;

        bool Wanted(string row) => row.StartsWith(only, StringComparison.Ordinal);
    }
}
