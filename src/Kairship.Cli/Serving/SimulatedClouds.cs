using Kairship.Simulator;

namespace Kairship.Cli.Serving;

/// <summary>Simulated clusters that look like a fleet: two public clouds and a private one, then more of them.</summary>
internal static class SimulatedClouds
{
    private static readonly (string Name, string Provider, string Region, string Zone, string Tier)[] First =
    [
        ("aws-frankfurt", "aws", "eu-central-1", "eu-central-1a", "edge"),
        ("gcp-iowa", "gcp", "us-central1", "us-central1-b", "core"),
        ("onprem-berlin", "private", "berlin", "hall-2", "core"),
    ];

    public static IReadOnlyList<SimulatedClusterOptions> Take(int count) => [.. Enumerable.Range(0, count).Select(Describe)];

    private static SimulatedClusterOptions Describe(int index)
    {
        var (name, provider, region, zone, tier) = First[index % First.Length];
        return new SimulatedClusterOptions
        {
            Name = index < First.Length ? name : $"{name}-{(index / First.Length) + 1}",
            Labels = new Dictionary<string, string> { ["provider"] = provider, ["region"] = region, ["zone"] = zone, ["tier"] = tier },
        };
    }
}
