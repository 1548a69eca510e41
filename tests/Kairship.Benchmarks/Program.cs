using Kairship.Benchmarks.Deploy;

// Every benchmark prints one JSON object a line: {"bench","row","value","unit",...details}.
return args switch
{
    ["deploy", .. var rest] => await DeployBenchmark.RunAsync(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        usage: dotnet run -c Release --project tests/Kairship.Benchmarks -- NAME
          deploy [--clusters 100]   Online Boutique to simulated clusters: through a release, and by a bare KubernetesClient loop
        """);
    return 2;
}
