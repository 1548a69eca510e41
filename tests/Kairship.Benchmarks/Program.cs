using Kairship.Benchmarks.Deploy;
using Kairship.Benchmarks.Engine;
using Kairship.Benchmarks.Failover;
using Kairship.Benchmarks.Fleet;
using Kairship.Benchmarks.Placement;
using Kairship.Benchmarks.Sim;
using Kairship.Benchmarks.Studio;

// Every benchmark prints one JSON object a line: {"bench","row","value","unit",...details}.
return args switch
{
    ["deploy", .. var rest] => await DeployBenchmark.RunAsync(rest),
    ["engine", .. var rest] => await EngineBenchmark.RunAsync(rest),
    ["failover", .. var rest] => await FailoverBenchmark.RunAsync(rest),
    ["fleet", .. var rest] => await FleetBenchmark.RunAsync(rest),
    ["placement", .. var rest] => await PlacementBenchmark.RunAsync(rest),
    ["sim", .. var rest] => await SimBenchmark.RunAsync(rest),
    ["studio", .. var rest] => await StudioBenchmark.RunAsync(rest),
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
          failover [--only ROW-PREFIX] [--quick]
                                    100 applications moved away from a lost cluster; from the loss until it counts, in real time over sockets; false alarms of
                                    lost requests, on a simulated time line; what a pass costs with 1,000 applications, on SQLite and on PostgreSQL
          fleet [--only ROW-PREFIX] [--quick]
                                    watches of 1,000 clusters, the rate of a watch, apply and plan beside a bare client
          placement [--quick]       1,000 applications decided on 1,000 clusters of 20 nodes, one thread: the batch, and the slowest of a hundred decisions
          sim [CLUSTERS NODES PODS]
                                    a simulated fleet in one process: 1,000 clusters of 100 nodes and 20 pods each, its memory and its idle processor time
          studio [--only ROW-PREFIX] [--quick] [--folder DIR] [--postgres CONNECTION]
                                    what the designer asks for, over HTTP: 10,000 definitions, 100,000 instances, on SQLite and on PostgreSQL
        """);
    return 2;
}
