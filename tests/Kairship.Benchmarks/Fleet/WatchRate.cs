using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Watching;

namespace Kairship.Benchmarks.Fleet;

/// <summary>
/// How many events of a watch a second one watch takes in: a server sends recorded states of a Deployment as fast as they are read. Beside it KubernetesClient's own
/// watch of the same stream.
/// </summary>
internal static class WatchRate
{
    private const int Rounds = 3;
    private const int Objects = 500;

    public static async Task RunAsync(int events)
    {
        await using var server = await EventServer.StartAsync(Lines(events));
        await using var rig = new FleetRig();
        var joined = await rig.Get<ClusterRegistry>().JoinAsync("stream", server.Kubeconfig, null, new Dictionary<string, string>());
        if (joined is not JoinResult.Joined)
        {
            throw new InvalidOperationException($"The stream did not join: {joined}");
        }

        await BareAsync(server, events);
        await OursAsync(rig, events);
        var (bare, ours) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            bare.Add(events / (await BareAsync(server, events)).TotalSeconds);
            ours.Add(events / (await OursAsync(rig, events)).TotalSeconds);
        }

        bare.Sort();
        ours.Sort();
        Row.Print(FleetBenchmark.Bench, "watch-events-per-s", ours[Rounds / 2], "1/s",
            ("events", events), ("bytes-each", server.BytesEach), ("bare-per-s", Math.Round(bare[Rounds / 2])), ("ratio", Math.Round(ours[Rounds / 2] / bare[Rounds / 2], 2)));
    }

    private static async Task<TimeSpan> OursAsync(FleetRig rig, int events)
    {
        using var stop = new CancellationTokenSource();
        var seen = 0;
        var start = Stopwatch.GetTimestamp();
        try
        {
            await rig.Get<ResourceWatcher>().RunAsync(
                "stream", new WatchQuery("apps/v1", "Deployment"),
                (change, _) =>
                {
                    if (change.Type is ResourceEventType.Added or ResourceEventType.Modified && ++seen == events)
                    {
                        stop.Cancel();
                    }

                    return ValueTask.CompletedTask;
                },
                cancellationToken: stop.Token);
        }
        catch (OperationCanceledException) when (seen == events)
        {
            // All seen.
        }

        return Stopwatch.GetElapsedTime(start);
    }

    private static async Task<TimeSpan> BareAsync(EventServer server, int events)
    {
        using var client = new Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigObject(KubernetesYaml.Deserialize<k8s.KubeConfigModels.K8SConfiguration>(server.Kubeconfig)));
        var seen = 0;
        var start = Stopwatch.GetTimestamp();
        await foreach (var _ in client.AppsV1.WatchListDeploymentForAllNamespacesAsync(onError: e => throw e))
        {
            if (++seen == events)
            {
                break;
            }
        }

        return Stopwatch.GetElapsedTime(start);
    }

    private static byte[][] Lines(int events)
    {
        var deployment = FleetBenchmark.ShopObjects().OfType<V1Deployment>().First();
        var json = JsonNode.Parse(KubernetesJson.Serialize(deployment))!.AsObject();
        json["metadata"]!["namespace"] = "shop";
        json["status"] = new JsonObject { ["observedGeneration"] = 1, ["replicas"] = 3, ["updatedReplicas"] = 3, ["readyReplicas"] = 3, ["availableReplicas"] = 3 };
        var lines = new byte[events][];
        for (var i = 0; i < events; i++)
        {
            json["metadata"]!["name"] = $"web-{i % Objects}";
            json["metadata"]!["uid"] = $"00000000-0000-0000-0000-{i % Objects:d12}";
            json["metadata"]!["resourceVersion"] = (i + 2).ToString();
            lines[i] = Encoding.UTF8.GetBytes($"{{\"type\":\"{(i < Objects ? "ADDED" : "MODIFIED")}\",\"object\":{json.ToJsonString()}}}\n");
        }

        return lines;
    }
}
