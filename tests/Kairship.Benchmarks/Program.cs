using Kairship.Benchmarks.Deploy;
using Kairship.Benchmarks.Engine;
using Kairship.Benchmarks.Fleet;

// Every benchmark prints one JSON object a line: {"bench","row","value","unit",...details}.
return args switch
{
    ["deploy", .. var rest] => await DeployBenchmark.RunAsync(rest),
    ["engine", .. var rest] => await EngineBenchmark.RunAsync(rest),
    ["fleet", .. var rest] => await FleetBenchmark.RunAsync(rest),
    [ChildProcess.Verb, .. var rest] => await ChildProcess.AnswerAsync(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        usage: dotnet run -c Release --project tests/Kairship.Benchmarks -- NAME
          deploy [--clusters 100]   Online Boutique to simulated clusters: through a release, and by a bare KubernetesClient loop
          engine [--only ROW-PREFIX] [--quick] [--folder DIR]
                                    the workflow engine in memory, on SQLite and on PostgreSQL, with the disk's fdatasync rate beside it
          fleet [--only ROW-PREFIX] [--quick]
                                    watches of 1,000 clusters, the rate of a watch, apply and plan beside a bare client
        """);
    return 2;
}
