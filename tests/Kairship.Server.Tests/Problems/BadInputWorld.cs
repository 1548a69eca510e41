using System.Net.Http.Json;
using System.Text;
using Kairship.Api.Clusters;
using Kairship.Api.Releases;
using Kairship.Api.Webhooks;
using Kairship.Server.Triggers.Webhooks;
using Kairship.Simulator;

namespace Kairship.Server.Tests.Problems;

/// <summary>A server with a cluster, an application, a webhook and a release under way: something that bad input could spoil.</summary>
public sealed class BadInputWorld : IAsyncLifetime
{
    public const string HookSecret = "a-secret-of-the-hook-0123456789";

    public RunningServer Server { get; } = new();
    public SimulatedCluster Cluster { get; private set; } = null!;
    public SimulatedCluster Stranger { get; private set; } = null!;
    public Dictionary<string, string> Keys { get; } = [];
    public string Release { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        Cluster = await SimulatedCluster.StartAsync(new SimulatedClusterOptions { Name = "one" });
        Stranger = await SimulatedCluster.StartAsync(new SimulatedClusterOptions { Name = "two" });
        await Server.InitializeAsync();
        Keys["admin"] = Server.AdminToken;
        Keys["viewer"] = await Server.KeyAsync("looker", "viewer");
        Keys["deployer"] = await Server.KeyAsync("ci", "deployer");
        Keys["manager"] = await Server.KeyAsync("alice", "release-manager");
        Keys["wrong"] = "ks_0123456789ab_" + new string('A', 43);
        await Server.Admin.JoinClusterAsync(new JoinClusterRequest("one", Cluster.Kubeconfig, null, new Dictionary<string, string> { ["tier"] = "edge" }));
        await Server.Admin.ApplyApplicationAsync(SampleApplications.Yaml("shop"));
        await Server.Admin.ApplyApplicationAsync(SampleApplications.Yaml("idle"));
        var release = await Server.Admin.StartReleaseAsync("shop", new StartReleaseRequest(SampleApplications.Manifests(), Revision: "v1"));
        Release = release.Id;
        await Server.Admin.CreateWebhookAsync(new CreateWebhookRequest(
            "gh", HookSecret, "idle", new WebhookValues(Revision: "payload.release.tag_name", Source: "payload.source")));
    }

    public static HttpContent Json(object body) => JsonContent.Create(body);

    public static HttpContent Text(string body, string type = "application/json") => new StringContent(body, Encoding.UTF8, type);

    public static HttpContent Yaml(string body) => Text(body, "application/yaml");

    /// <summary>The signature that GitHub would send for this body.</summary>
    public static string Sign(string body, string secret = HookSecret) => WebhookSignature.Sign(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(body));

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Cluster.DisposeAsync();
        await Stranger.DisposeAsync();
    }
}
