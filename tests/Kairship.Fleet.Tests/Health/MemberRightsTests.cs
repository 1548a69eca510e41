using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Health;
using Kairship.Fleet.Resources;
using Kairship.Fleet.Tests.Resources;
using Kairship.Fleet.Watching;
using static Kairship.Fleet.Tests.SampleManifests;

namespace Kairship.Fleet.Tests.Health;

public class MemberRightsRuleTests
{
    [Fact]
    public void Needed_AreTheRulesOfTheMemberRole() => MemberRights.Needed.Should().Contain(new AccessRight("list", "", "nodes")).And.Contain(new AccessRight("watch", "apps", "deployments"))
        .And.NotContain(r => r.Verb == "*" || r.Resource == "*" || r.Group == "*" || r.Verb == "delete").And.NotContain(r => r.Resource == "secrets");

    [Fact]
    public void Missing_ByRulesAsTheClusterTellsThem()
    {
        MemberRights.Missing([JsonNode.Parse("""{"verbs":["*"],"apiGroups":["*"],"resources":["*"]}""")]).Should().BeEmpty();
        MemberRights.Missing([]).Should().BeEquivalentTo(MemberRights.Needed);
        MemberRights.Missing([JsonNode.Parse("""{"verbs":["*"],"apiGroups":["*"],"resources":["*"],"resourceNames":["a"]}""")]).Should().BeEquivalentTo(MemberRights.Needed);
        MemberRights.Missing([JsonNode.Parse("""{"verbs":["get","create","patch","list","watch"],"apiGroups":["*"],"resources":["namespaces","pods","replicasets","deployments","statefulsets","daemonsets","jobs","selfsubjectrulesreviews"]}""")])
            .Should().Equal(new AccessRight("list", "", "nodes"));
    }
}

/// <summary>The manifest against a real API server: enough, and not more.</summary>
[Collection(RealCollection.Name)]
public sealed class MemberRightsTests
{
    private const string Namespace = "kairship-system";
    private readonly Real _real;

    public MemberRightsTests(Real real)
    {
        Assert.SkipWhen(real.WhyMissing is not null, real.WhyMissing ?? "");
        _real = real;
    }

    [Fact]
    public async Task Manifest_IsEnoughForAllThatIsDone_AndHasNothingElse()
    {
        var file = await _real.KubeconfigFileAsync();
        await KubectlAsync(file, MemberRights.Manifest, "apply", "-f", "-");
        await using var proxy = await RecordingProxy.StartAsync(_real.Server, _real.Roots);
        await using var fleet = new FleetUnderTest();
        var connection = await fleet.JoinAsync("member", await KubeconfigAsync(proxy.Url));
        await WorkAsync(fleet, connection);

        var seen = proxy.Rights.Keys.ToHashSet();
        var common = MemberRights.RightsOf(MemberRights.Manifest, "kairship-applications-common").ToList();
        seen.Except(MemberRights.Needed.Concat(common)).Should().BeEmpty("whatever is done is in the manifest");
        MemberRights.Needed.Except(seen).Should().BeEmpty("what Kairship has for itself it uses");
        common.Where(r => seen.Any(s => s.Resource == r.Resource && s.Group == r.Group)).Select(r => r.Verb).Except(seen.Except(MemberRights.Needed).Select(s => s.Verb))
            .Should().BeEmpty("what it has for applications it uses, on the kinds that this one has");

        await LeavesOutNetworkPoliciesAsync(file, fleet, connection);
        await LosesAsync(file, fleet, 1, "list", "nodes", ClusterCondition.Authorized);
        await LosesAsync(file, fleet, 0, "get", "namespaces", ClusterCondition.Ready);
        File.Delete(file);
    }

    /// <summary>Joining is done; the rest of what Kairship does to a cluster, in the order of a release.</summary>
    private static async Task WorkAsync(FleetUnderTest fleet, ClusterConnection connection)
    {
        await FleetUnderTest.UntilAsync(async () => (await fleet.Probe.ProbeAsync("member")).Others.Any(o => o is { Type: ClusterCondition.Authorized, Status: ConditionStatus.True }), "all rights");
        (await fleet.Probe.ProbeAsync("member")).Capacity!.ReadyNodes.Should().Be(3);
        using var follow = fleet.ClusterWatch.Follow("member", _ => { });
        Manifest[] manifests = [ConfigMap("c1", ns: "rights"), ConfigMap("c2", ns: "rights"), ConfigMap("c3", ns: "rights"), Service("web", "rights"), Deployment("web", ns: "rights"), StatefulSet()];
        var options = new ApplyOptions { CreateNamespace = true };
        (await fleet.Planner.DryRunAsync("member", manifests, options)).Should().OnlyContain(o => o.Problem == null);
        (await fleet.Applier.ApplyAllAsync("member", manifests, options)).Failures.Should().BeEmpty();
        (await fleet.Applier.ApplyAllAsync("member", manifests, options)).Failures.Should().BeEmpty();
        await IsInSyncAsync(fleet, manifests);
        await connection.Resources.ScaleAsync(manifests[4].Ref, 3);
        await connection.Resources.ScaleAsync(manifests[5].Ref, 2);
        await FleetUnderTest.UntilAsync(async () =>
        {
            var report = await fleet.Health.ReadAsync("member", [.. manifests.Select(m => m.Ref)]);
            return report.Objects.All(o => o.Health == Kairship.Fleet.Resources.Status.Health.Current);
        }, "all to be well");
        (await fleet.Pruner.PruneAsync("member", Application, [.. manifests.Select(m => m.Ref)])).Failures.Should().BeEmpty();
        (await fleet.Pruner.DeleteBySelectorAsync("member", Application, "kairship.io/track=canary", "rights", [new("apps/v1", "Deployment"), new("v1", "Secret")])).Failures.Should().BeEmpty();
    }

    private static async Task IsInSyncAsync(FleetUnderTest fleet, IReadOnlyList<Manifest> manifests)
    {
        var inspection = await fleet.DriftInspector.InspectAsync("member", new Delivery.Applications.Application { Name = SampleManifests.Application, Namespace = "rights" }, "shop-1", manifests);
        inspection.Problems.Should().BeEmpty();
        inspection.Objects.Should().BeEmpty();
    }

    /// <summary>"Leave out what yours do not": what an application has none of, nobody needs to be able to list.</summary>
    private static async Task LeavesOutNetworkPoliciesAsync(string file, FleetUnderTest fleet, ClusterConnection connection)
    {
        await KubectlAsync(file, "", "patch", "clusterrole", "kairship-applications-common", "--type=json", "-p", """[{"op":"replace","path":"/rules/4/resources","value":["ingresses"]}]""");
        await FleetUnderTest.UntilAsync(async () =>
        {
            try
            {
                await connection.Resources.ListAsync("networking.k8s.io/v1", "NetworkPolicy", "rights");
                return false;
            }
            catch (ClusterException e)
            {
                return e.Kind == ClusterFailure.Forbidden;
            }
        }, "network policies to be out of reach");
        await IsInSyncAsync(fleet, []);
    }

    private static async Task LosesAsync(string file, FleetUnderTest fleet, int rule, string verb, string resource, string condition)
    {
        await KubectlAsync(file, "", "patch", "clusterrole", "kairship-member", "--type=json", "-p", $$"""[{"op":"replace","path":"/rules/{{rule + 1}}/verbs","value":["delete"]}]""");
        var rights = MemberRights.Needed.Where(r => r.Resource == resource).ToList();
        rights.Should().NotBeEmpty();
        await FleetUnderTest.UntilAsync(async () =>
        {
            var seen = await fleet.Probe.ProbeAsync("member");
            var reading = seen.Others.Append(seen.Ready).FirstOrDefault(c => c.Type == condition);
            return reading is { Status: ConditionStatus.False, Reason: "Forbidden" } && reading.Message.Contains(verb) && reading.Message.Contains(resource);
        }, $"the condition {condition} to name {verb} and {resource}");
    }

    private async Task<string> KubeconfigAsync(Uri proxy)
    {
        string? token = null;
        await FleetUnderTest.UntilAsync(async () =>
        {
            var secret = await _real.Connection.Resources.GetAsync(new ObjectRef("v1", "Secret", Namespace, "kairship-token"));
            token = secret?["data"]?["token"]?.ToString();
            return token is not null;
        }, "the token of the service account");
        return $$"""
            apiVersion: v1
            kind: Config
            current-context: a
            clusters: [ { name: a, cluster: { server: "{{proxy}}" } } ]
            contexts: [ { name: a, context: { cluster: a, user: u } } ]
            users: [ { name: u, user: { token: {{Encoding.UTF8.GetString(Convert.FromBase64String(token!))}} } } ]
            """;
    }

    private static Manifest StatefulSet() => Of($$"""
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: { name: db, namespace: rights, labels: { kairship.io/application: {{Application}} } }
        spec:
          replicas: 1
          serviceName: web
          selector: { matchLabels: { app: db } }
          template:
            metadata: { labels: { app: db } }
            spec: { containers: [ { name: db, image: "example.test/db:1" } ] }
        """);

    private static async Task KubectlAsync(string kubeconfig, string input, params string[] arguments)
    {
        var start = new ProcessStartInfo("kubectl", ["--kubeconfig", kubeconfig, "--cache-dir", Path.Combine(Path.GetTempPath(), "kairship-kubectl-cache"), .. arguments])
        {
            UseShellExecute = false, RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.Should().Be(0, await errors);
    }
}
