using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Releases;
using Kairship.Delivery.Rollouts;
using Kairship.Simulator;
using Kairship.Storage;
using Kairship.Testing;
using Kairship.Testing.Releases;

namespace Kairship.Activities.Tests.Releases;

/// <summary>A real application of 35 objects from one real version to the next, compared with a cluster that got both by plain requests.</summary>
public sealed class OnlineBoutiqueTests : IAsyncLifetime
{
    private const string Namespace = "boutique";
    private static readonly (string Group, string Version, string Plural, string Kind)[] Kinds =
        [("", "v1", "serviceaccounts", "ServiceAccount"), ("", "v1", "services", "Service"), ("apps", "v1", "deployments", "Deployment")];

    private readonly string folder = Directory.CreateTempSubdirectory("kairship-boutique-").FullName;
    private SimulatedFleet fleet = null!;
    private SimulatedCluster control = null!;
    private ReleaseRig rig = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        fleet = await SimulatedFleet.StartAsync(ShopSample.Clusters);
        control = await SimulatedCluster.StartAsync(new SimulatedClusterOptions { Name = "control", Tls = false });
        rig = await ReleaseRig.StartAsync(
            new StorageOptions { Provider = StorageProvider.Sqlite, ConnectionString = $"Data Source={Path.Combine(folder, "kairship.db")}" }, folder);
        await rig.ImportWorkflowsAsync();
        await rig.JoinAsync(fleet);
    }

    public async ValueTask DisposeAsync()
    {
        await rig.DisposeAsync();
        await fleet.DisposeAsync();
        await control.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task OnlineBoutique_FromOneVersionToTheNextByCanary_IsExactEverywhere()
    {
        var application = new Application
        {
            Name = "boutique",
            Namespace = Namespace,
            Rollout = new RolloutPolicy
            {
                Waves = [new Wave("edge", new LabelSelector(new Dictionary<string, string> { ["tier"] = "edge" }))],
                Steps = [new CanaryStep(50, TimeSpan.FromMilliseconds(200)), new CanaryStep(100, TimeSpan.FromMilliseconds(200))],
                ProgressDeadline = TimeSpan.FromSeconds(60),
            },
        };
        await EndsWellAsync(application, "v0.10.5");
        var release = await EndsWellAsync(application, "v0.10.6");
        var story = await rig.Delivery.ListReleaseEventsAsync(release.Id, 100, Token);
        story.Where(e => e.Kind == "CanaryWeight").Should().HaveCount(4, "two waves of two steps");

        var manifests = ManifestParser.Parse(Version("v0.10.6"));
        manifests.Should().HaveCount(35);

        // Both versions, one after the other: defaults that the first one caused (a pull policy, by its tag) stay, as they do in any cluster.
        await ApplyAsync(ManifestParser.Parse(Version("v0.10.5")));
        await ApplyAsync(manifests);
        await ReleaseRig.UntilAsync(() => Task.FromResult(Objects(control).Count == 35 && AllReady(control)), "the control cluster is not ready");
        foreach (var cluster in fleet.Clusters)
        {
            Objects(cluster).Should().BeEquivalentTo(Objects(control), "{0} must hold what plain requests make of it, and nothing else", cluster.Name);
            AllReady(cluster).Should().BeTrue();
            await ReleaseRig.UntilAsync(
                () => Task.FromResult(ClusterTruth.Pods(cluster, Namespace).OrderBy(p => p.Key).SequenceEqual(ClusterTruth.Pods(control, Namespace).OrderBy(p => p.Key))),
                $"other pods than in the control cluster run in {cluster.Name}");
        }
    }

    private static string Version(string version) => SharedFiles.Read("data", "online-boutique", $"{version}.yaml");

    private async Task<Release> EndsWellAsync(Application application, string version)
    {
        var release = await rig.ReleaseAsync(application, Version(version), version);
        release = await rig.EndAsync(release.Id);
        release.Status.Should().Be(ReleaseStatus.Succeeded, await rig.DescribeAsync(release.Id));
        return release;
    }

    private async Task ApplyAsync(IReadOnlyList<Manifest> manifests)
    {
        using var http = new HttpClient { BaseAddress = control.Url };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", control.Token);
        await PatchAsync(http, $"api/v1/namespaces/{Namespace}", new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = Namespace } });
        foreach (var manifest in manifests)
        {
            var kind = Kinds.Single(k => k.Kind == manifest.Ref.Kind);
            var root = kind.Group.Length == 0 ? $"api/{kind.Version}" : $"apis/{kind.Group}/{kind.Version}";
            await PatchAsync(http, $"{root}/namespaces/{Namespace}/{kind.Plural}/{manifest.Ref.Name}", manifest.Json);
        }
    }

    private static async Task PatchAsync(HttpClient http, string path, JsonObject body)
    {
        using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/apply-patch+yaml");
        using var answer = await http.PatchAsync(new Uri($"{path}?fieldManager=control&force=true", UriKind.Relative), content, Token);
        answer.IsSuccessStatusCode.Should().BeTrue("{0}: {1}", path, await answer.Content.ReadAsStringAsync(Token));
    }

    /// <summary>Each object but the cluster's own, less what differs between any two clusters and less the marks of Kairship.</summary>
    private static Dictionary<string, string> Objects(SimulatedCluster cluster) => Kinds
        .SelectMany(k => cluster.Store.List(k.Group, k.Plural, Namespace).Where(o => o["metadata"]!["name"]!.ToString() != "default").Select(o => (Key: $"{k.Plural}/{o["metadata"]!["name"]}", Object: o)))
        .ToDictionary(o => o.Key, o => Essence(o.Object));

    private static string Essence(JsonObject o)
    {
        var spec = o["spec"]?.DeepClone() as JsonObject;
        spec?.Remove("clusterIP");
        spec?.Remove("clusterIPs");
        foreach (var port in spec?["ports"]?.AsArray().OfType<JsonObject>() ?? [])
        {
            port.Remove("nodePort");
        }

        return ManifestParser.CanonicalJson(new JsonObject { ["labels"] = Own(o, "labels"), ["annotations"] = Own(o, "annotations"), ["spec"] = spec });
    }

    private static JsonObject Own(JsonObject o, string part) => new((o["metadata"]![part]?.AsObject() ?? [])
        .Where(l => !l.Key.StartsWith("kairship.io/", StringComparison.Ordinal) && l.Key is not "app.kubernetes.io/managed-by" and not "applyset.kubernetes.io/part-of" and not "deployment.kubernetes.io/revision")
        .Select(l => KeyValuePair.Create(l.Key, l.Value?.DeepClone())));

    private static bool AllReady(SimulatedCluster cluster) => cluster.Store.List("apps", "deployments", Namespace)
        .All(d => JsonNode.DeepEquals(d["status"]?["readyReplicas"], d["spec"]!["replicas"]) && JsonNode.DeepEquals(d["status"]?["updatedReplicas"], d["spec"]!["replicas"]));
}
