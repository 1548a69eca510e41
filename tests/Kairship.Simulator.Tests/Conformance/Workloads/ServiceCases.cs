namespace Kairship.Simulator.Tests.Conformance.Workloads;

/// <summary>Where a Service leads, and what each namespace has.</summary>
public abstract class ServiceCases(ConformanceServer server) : WorkloadCases(server)
{
    [Fact]
    public async Task Service_OfReadyAndUnreadyPods_PublishesBothApart()
    {
        await PodAsync("good", labels: "\"app\":\"web\"");
        await PodAsync("bad", image: "app:unready", labels: "\"app\":\"web\"");
        await ServiceAsync("");
        var endpoints = await UntilAsync(
            In("endpoints/web"), e => e["subsets"]?[0]?["addresses"]?.AsArray().Count == 1 && e["subsets"]![0]!["notReadyAddresses"]?.AsArray().Count == 1);

        var subset = endpoints.Json["subsets"]![0]!;
        Text(subset["addresses"]![0], "targetRef", "name").Should().Be("good");
        Text(subset["addresses"]![0], "targetRef", "kind").Should().Be("Pod");
        Text(subset["notReadyAddresses"]![0], "targetRef", "name").Should().Be("bad");
        var port = subset["ports"]![0]!;
        (Text(port, "name"), Number(port, "port"), Text(port, "protocol")).Should().Be(("http", 8080L, "TCP"));
    }

    [Fact]
    public async Task Service_WithPods_HasASliceOfItsOwn()
    {
        await PodAsync("good", labels: "\"app\":\"web\"");
        await ServiceAsync("");
        var slices = await KindAsync("EndpointSlice", "discovery.k8s.io");
        var slice = (await UntilAsync(() => GetAsync(In(slices)), s => s.Items().Any(i => i["endpoints"]?.AsArray().Count == 1))).Items()[0];

        Label(slice, "kubernetes.io/service-name").Should().Be("web");
        Label(slice, "endpointslice.kubernetes.io/managed-by").Should().Be("endpointslice-controller.k8s.io");
        Text(Owner(slice), "kind").Should().Be("Service");
        NameOf(slice).Should().MatchRegex("^web-[a-z0-9]{5}$");
        Text(slice, "addressType").Should().Be("IPv4");
        await UntilAsync(() => GetAsync(In(slices)), s => (bool?)s.Items()[0]["endpoints"]![0]!["conditions"]!["ready"] == true);
    }

    [Fact]
    public async Task Service_WhosePodIsDeleted_PublishesItNoMore()
    {
        await PodAsync("good", labels: "\"app\":\"web\"");
        await ServiceAsync("");
        await UntilAsync(In("endpoints/web"), e => e["subsets"] is not null);
        await DeleteAsync(In("pods/good"));

        await UntilAsync(In("endpoints/web"), e => e["subsets"] is null);
        await DeleteAsync(In("services/web"));
        await UntilGoneAsync(In("endpoints/web"));
    }

    [Fact]
    public async Task Service_WithoutAClusterAddress_HasHeadlessEndpoints()
    {
        await PodAsync("good", labels: "\"app\":\"web\"");
        await ServiceAsync("\"clusterIP\":\"None\",");
        var endpoints = await UntilAsync(In("endpoints/web"), e => e["subsets"] is not null);

        (endpoints.Metadata["labels"]!.AsObject().ContainsKey("service.kubernetes.io/headless")).Should().BeTrue();
    }

    [Fact]
    public async Task Namespace_WhoseDefaultsAreDeleted_GetsThemAgain()
    {
        var before = await UntilAsync(In("configmaps/kube-root-ca.crt"), _ => true);
        var account = await GetAsync(In("serviceaccounts/default"));
        await DeleteAsync(In("configmaps/kube-root-ca.crt"));
        await DeleteAsync(In("serviceaccounts/default"));

        var after = await UntilAsync(In("configmaps/kube-root-ca.crt"), c => Text(c, "metadata", "uid") != before.Uid);

        Text(after.Json, "data", "ca.crt").Should().Be(Text(before.Json, "data", "ca.crt")).And.StartWith("-----BEGIN CERTIFICATE-----");
        await UntilAsync(In("serviceaccounts/default"), a => Text(a, "metadata", "uid") != account.Uid);
    }

    private Task<Reply> ServiceAsync(string spec) => CreateAsync(In("services"), $$"""
        {"metadata":{"name":"web"},"spec":{ {{spec}}"selector":{"app":"web"},"ports":[{"name":"http","port":80,"protocol":"TCP","targetPort":8080}]} }
        """);
}

public sealed class SimulatedServices(SimulatedServer server) : ServiceCases(server);

public sealed class RealServices(RealServer server) : ServiceCases(server);
