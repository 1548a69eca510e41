using Kairship.Delivery.Applications;
using Kairship.Delivery.Traffic;

namespace Kairship.Delivery.Tests.Applications;

/// <summary>spec.traffic.</summary>
public sealed class TrafficYamlTests
{
    private const string Full = """
        apiVersion: kairship.io/v1
        kind: Application
        metadata: {name: storefront}
        spec:
          namespace: shop
          traffic: {router: dnsEndpoint, cluster: hub, namespace: edge, name: shop, endpoints: {east: 203.0.113.7, west: 203.0.113.8}}
        """;

    [Fact]
    public void Parse_EveryField_IsRead_AndWrittenAsItWas()
    {
        var application = ApplicationYaml.Parse(Full);
        application.Traffic.Should().BeEquivalentTo(new TrafficPolicy(
            TrafficRouter.DnsEndpoint, "hub", "shop", new Dictionary<string, string> { ["east"] = "203.0.113.7", ["west"] = "203.0.113.8" }) { Namespace = "edge" });
        ApplicationYaml.Parse(ApplicationYaml.Write(application)).Should().BeEquivalentTo(application);
    }

    [Theory]
    [InlineData("router: httpRoute", "router: haproxy", "spec.traffic.router")]
    [InlineData("cluster: hub, ", "", "spec.traffic.cluster")]
    [InlineData("name: shop,", "name: Shop,", "spec.traffic.name")]
    [InlineData("namespace: edge", "namespace: a.b", "spec.traffic.namespace")]
    [InlineData("{east: 203.0.113.7, west: 203.0.113.8}", "{}", "spec.traffic.endpoints")]
    [InlineData("west: 203.0.113.8", "west: 203.0.113.7", "spec.traffic.endpoints")]
    [InlineData("west: 203.0.113.8", "west: 'a b'", "spec.traffic.endpoints.west")]
    public void Parse_WhatIsWrong_IsToldWhereItStands(string from, string to, string path)
    {
        var parse = () => ApplicationYaml.Parse(Full.Replace("router: dnsEndpoint", "router: httpRoute", StringComparison.Ordinal).Replace(from, to, StringComparison.Ordinal));

        parse.Should().Throw<ApplicationYamlException>().Which.Problems.Should().ContainSingle(p => p.Path == path);
    }
}
