using System.Text.Json.Nodes;
using Kairship.Fleet.Traffic;
using Kairship.Fleet.Traffic.DnsEndpoints;
using Kairship.Fleet.Traffic.HttpRoutes;

namespace Kairship.Fleet.Tests.Traffic;

/// <summary>What a router's object becomes, and what of it is left alone.</summary>
public sealed class RouterObjectTests
{
    [Theory]
    [InlineData("[{e:1},{w:1}]", "e=100 w=0", "[{e:100},{w:0}]")]
    [InlineData("[{e:50},{w:50},{other:7}]", "e=0 w=100", "[{e:0},{w:100},{other:7}]")]
    [InlineData("[{e:50},{w:50}] [{w:3}]", "e=100 w=0", "[{e:100},{w:0}] [{w:3}]")]
    [InlineData("[{e:},{w:}]", "e=1 w=1", "[{e:},{w:}]")]
    [InlineData("[{e:0},{w:0}] []", "e=60 w=40", "[{e:60},{w:40}] []")]
    public void Weights_OfNamedBackends_AreSet_OthersStay(string before, string weights, string after)
    {
        var route = new JsonObject { ["spec"] = new JsonObject { ["hostnames"] = new JsonArray("shop.example.org"), ["rules"] = Rules(before) } };

        JsonNode.DeepEquals(HttpRouteWeights.Set(route, Weights(weights)), Rules(after)).Should().BeTrue();
    }

    [Theory]
    [InlineData("[{e:1}]", "e=100 w=0")]
    [InlineData("", "e=100")]
    public void Backend_ThatStandsInNoRule_IsNamed(string before, string weights)
    {
        var set = () => HttpRouteWeights.Set(new JsonObject { ["spec"] = new JsonObject { ["rules"] = Rules(before) } }, Weights(weights));
        set.Should().Throw<TrafficException>().WithMessage("has no backend*");
        new Action(() => HttpRouteWeights.Set([], Weights(weights))).Should().Throw<TrafficException>();
    }

    [Theory]
    [InlineData("1.1.1.1 2.2.2.2", "1.1.1.1=100 2.2.2.2=0", "1.1.1.1")]
    [InlineData("1.1.1.1", "1.1.1.1=0 2.2.2.2=100", "2.2.2.2")]
    [InlineData("1.1.1.1 9.9.9.9", "1.1.1.1=50 2.2.2.2=50", "9.9.9.9 1.1.1.1 2.2.2.2")]
    [InlineData("2.2.2.2 1.1.1.1", "1.1.1.1=50 2.2.2.2=50", "2.2.2.2 1.1.1.1")]
    public void Addresses_ThatHaveWeight_AreInTheRecord_OthersThatAreNamedAreNot(string before, string weights, string after)
    {
        var endpoint = Endpoint(before);
        var records = DnsTargets.Set(endpoint, Weights(weights));

        records[0]!["targets"]!.AsArray().Select(t => t!.GetValue<string>()).Should().Equal(after.Split(' '));
        JsonNode.DeepEquals(records[1], endpoint["spec"]!["endpoints"]![1]).Should().BeTrue("a record of something else stays");
    }

    [Fact]
    public void Record_WithoutAnyOfTheAddresses_IsTold() =>
        new Action(() => DnsTargets.Set(Endpoint("9.9.9.9"), Weights("1.1.1.1=100"))).Should().Throw<TrafficException>().WithMessage("has no record*1.1.1.1*");

    private static JsonObject Endpoint(string targets) => new()
    {
        ["spec"] = new JsonObject
        {
            ["endpoints"] = new JsonArray(
                new JsonObject { ["dnsName"] = "shop.example.org", ["recordType"] = "A", ["targets"] = new JsonArray(targets.Split(' ').Select(t => (JsonNode)t).ToArray()) },
                new JsonObject { ["dnsName"] = "mail.example.org", ["recordType"] = "TXT", ["targets"] = new JsonArray("v=spf1") }),
        },
    };

    private static Dictionary<string, int> Weights(string text) => text.Split(' ').Select(t => t.Split('=')).ToDictionary(t => t[0], t => int.Parse(t[1], null));

    private static JsonArray Rules(string text) => new(text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(rule => (JsonNode)new JsonObject
    {
        ["backendRefs"] = new JsonArray(rule.Trim('[', ']').Split(',', StringSplitOptions.RemoveEmptyEntries).Select(b => b.Trim('{', '}').Split(':'))
            .Select(b => (JsonNode)(b[1].Length == 0 ? new JsonObject { ["name"] = b[0], ["port"] = 80 } : new JsonObject { ["name"] = b[0], ["port"] = 80, ["weight"] = int.Parse(b[1], null) })).ToArray()),
    }).ToArray());
}
