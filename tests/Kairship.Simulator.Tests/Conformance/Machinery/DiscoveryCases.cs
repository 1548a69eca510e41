using System.Text.Json.Nodes;

namespace Kairship.Simulator.Tests.Conformance.Machinery;

/// <summary>What a server says that it serves.</summary>
public abstract class DiscoveryCases(ConformanceServer server) : ConformanceCases(server)
{
    private const string Aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";

    protected override bool Namespaced => false;

    [Fact]
    public async Task Api_Asked_ListsTheCoreVersion()
    {
        var reply = await GetAsync("/api");

        ((string?)reply.Json["kind"]).Should().Be("APIVersions");
        reply.Json["versions"]!.ToJsonString().Should().Be("""["v1"]""");
        reply.Items("serverAddressByClientCIDRs").Should().ContainSingle().Which["clientCIDR"]!.GetValue<string>().Should().Be("0.0.0.0/0");
    }

    [Fact]
    public async Task Apis_Asked_ListsGroupsWithAPreferredVersion()
    {
        var reply = await GetAsync("/apis");

        ((string?)reply.Json["kind"]).Should().Be("APIGroupList");
        ((string?)reply.Json["apiVersion"]).Should().Be("v1");
        var groups = reply.Items("groups");
        groups.Select(g => (string)g["name"]!).Should().OnlyHaveUniqueItems().And.Contain(
            ["apps", "batch", "autoscaling", "policy", "networking.k8s.io", "rbac.authorization.k8s.io", "apiextensions.k8s.io", "coordination.k8s.io", "storage.k8s.io",
                "events.k8s.io", "discovery.k8s.io", "scheduling.k8s.io", "authorization.k8s.io", "authentication.k8s.io"]);
        foreach (var group in groups)
        {
            group["versions"]!.AsArray().Select(v => v!.ToJsonString()).Should().Contain(group["preferredVersion"]!.ToJsonString());
        }
    }

    [Fact]
    public async Task Group_Asked_SaysWhichOfItsVersionsIsPreferred() => (await GetAsync("/apis/apps")).Json.ToJsonString().Should().Be(
        """{"kind":"APIGroup","apiVersion":"v1","name":"apps","versions":[{"groupVersion":"apps/v1","version":"v1"}],"preferredVersion":{"groupVersion":"apps/v1","version":"v1"}}""");

    [Theory]
    [InlineData("apps/v1", "deployments", "Deployment", true, "deploy", "all")]
    [InlineData("v1", "pods", "Pod", true, "po", "all")]
    [InlineData("v1", "namespaces", "Namespace", false, "ns", "")]
    [InlineData("v1", "configmaps", "ConfigMap", true, "cm", "")]
    [InlineData("apiextensions.k8s.io/v1", "customresourcedefinitions", "CustomResourceDefinition", false, "crd", "api-extensions")]
    public async Task Resource_OfAGroup_IsDescribed(string groupVersion, string plural, string kind, bool namespaced, string shortName, string category)
    {
        var list = await ResourcesAsync(groupVersion);

        ((string?)list.Json["groupVersion"]).Should().Be(groupVersion);
        var found = list.Items("resources").Single(r => (string)r["name"]! == plural);
        ((string?)found["kind"]).Should().Be(kind);
        ((bool)found["namespaced"]!).Should().Be(namespaced);
        Texts(found["shortNames"]).Should().Contain(shortName);
        string.Join(',', Texts(found["categories"])).Should().Be(category);
        Texts(found["verbs"]).Should().Contain(["create", "delete", "get", "list", "patch", "update", "watch"]);
    }

    [Theory]
    [InlineData("v1", "namespaces", false)]
    [InlineData("v1", "configmaps", true)]
    public async Task Verbs_OfAResource_AreThoseThatItTakes(string groupVersion, string plural, bool deletesCollections) =>
        Texts((await ResourcesAsync(groupVersion)).Items("resources").Single(r => (string)r["name"]! == plural)["verbs"])
            .Contains("deletecollection").Should().Be(deletesCollections);

    [Theory]
    [InlineData("apps/v1", "deployments/status", "Deployment", "get,patch,update")]
    [InlineData("apps/v1", "deployments/scale", "Scale", "get,patch,update")]
    [InlineData("v1", "pods/status", "Pod", "get,patch,update")]
    [InlineData("v1", "pods/binding", "Binding", "create")]
    [InlineData("v1", "pods/eviction", "Eviction", "create")]
    [InlineData("v1", "pods/log", "Pod", "get")]
    [InlineData("v1", "namespaces/finalize", "Namespace", "update")]
    public async Task Subresource_OfAResource_IsListedBesideIt(string groupVersion, string name, string kind, string verbs)
    {
        var found = (await ResourcesAsync(groupVersion)).Items("resources").Single(r => (string)r["name"]! == name);

        ((string?)found["kind"]).Should().Be(kind);
        Texts(found["verbs"]).Should().Equal(verbs.Split(','));
    }

    [Fact]
    public async Task EveryResource_OfEveryVersion_AnswersAList()
    {
        foreach (var version in (await GetAsync("/apis")).Items("groups").SelectMany(g => g["versions"]!.AsArray()).Select(v => (string)v!["groupVersion"]!))
        {
            foreach (var resource in (await ResourcesAsync(version)).Items("resources").Where(r => Texts(r["verbs"]).Contains("list")))
            {
                var list = await GetAsync($"/apis/{version}/{(string)resource["name"]!}?limit=1");
                if (list.Code == 404 && (await GetAsync($"/apis/{version}")) is var now && (now.Code == 404 || now.Items("resources").All(r => (string)r["name"]! != (string)resource["name"]!)))
                {
                    // Another case has taken its definition away in between.
                    continue;
                }

                list.Code.Should().Be(200, "{0} of {1}", (string)resource["name"]!, version);
                ((string?)list.Json["apiVersion"]).Should().Be(version);
                ((string?)list.Json["kind"]).Should().Be((string)resource["kind"]! + "List");
            }
        }
    }

    [Fact]
    public async Task Aggregated_Asked_AnswersAllGroupsAtOnceOrThePlainList()
    {
        var reply = await GetAsync("/apis", Aggregated);

        if (!Since(1, 30))
        {
            ((string?)reply.Json["kind"]).Should().Be("APIGroupList", "older servers take the second choice");
            return;
        }

        reply.MediaType.Replace(" ", "", StringComparison.Ordinal).Should().StartWith("application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList");
        ((string?)reply.Json["kind"]).Should().Be("APIGroupDiscoveryList");
        ((string?)reply.Json["apiVersion"]).Should().Be("apidiscovery.k8s.io/v2");
        var apps = reply.Items().Single(g => (string?)g["metadata"]!["name"] == "apps");
        var deployments = apps["versions"]![0]!["resources"]!.AsArray().Single(r => (string?)r!["resource"] == "deployments")!;
        deployments["responseKind"]!.ToJsonString().Should().Be("""{"group":"apps","version":"v1","kind":"Deployment"}""");
        ((string?)deployments["scope"]).Should().Be("Namespaced");
        deployments["subresources"]!.AsArray().Select(s => (string?)s!["subresource"]).Should().BeEquivalentTo("status", "scale");
    }

    [Theory]
    [InlineData("/api/v2")]
    [InlineData("/apis/apps/v9")]
    [InlineData("/apis/apps/v1/nothings")]
    [InlineData("/api/v1/pods/x")]
    [InlineData("/api/v1/namespaces/default/nodes")]
    [InlineData("/api/v1/namespaces/default/pods/a/nothing")]
    [InlineData("/api/v1/namespaces/default/configmaps/a/status")]
    public async Task Path_OfNoResource_IsNotFound(string path)
    {
        var reply = await GetAsync(path);

        reply.ShouldBeStatus(404, "NotFound", "the server could not find the requested resource");
        reply.Details.Should().BeEmpty();
    }

    [Theory]
    [InlineData("/apis/none")]
    [InlineData("/apis/none.example.com/v1/things")]
    public async Task Group_ThatNobodyServes_IsAPlain404(string path)
    {
        var reply = await GetAsync(path);

        reply.Code.Should().Be(404);
        reply.MediaType.Should().Be("text/plain; charset=utf-8");
        reply.Text.TrimEnd().Should().Be("404 page not found");
    }

    [Fact]
    public async Task Path_OutsideOfTheApi_ListsThePathsThatThereAre()
    {
        var reply = await GetAsync("/nothing");

        reply.Code.Should().Be(404);
        Texts(reply.Json["paths"]).Should().Contain(["/apis", "/healthz", "/livez", "/readyz"]);
    }

    [Theory]
    [InlineData("/healthz")]
    [InlineData("/livez")]
    [InlineData("/readyz")]
    public async Task Health_Asked_IsOk(string path)
    {
        var reply = await GetAsync(path);

        reply.Code.Should().Be(200);
        reply.Text.Should().Be("ok");
    }

    private Task<Reply> ResourcesAsync(string groupVersion) => GetAsync(groupVersion.Contains('/') ? $"/apis/{groupVersion}" : $"/api/{groupVersion}");

    private static IReadOnlyList<string> Texts(JsonNode? node) => [.. (node?.AsArray() ?? []).Select(n => (string)n!)];
}

public sealed class SimulatedDiscovery(SimulatedServer server) : DiscoveryCases(server);

public sealed class RealDiscovery(RealServer server) : DiscoveryCases(server);
