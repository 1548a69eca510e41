using System.Globalization;

namespace Kairship.Simulator.Tests.Conformance.Machinery;

/// <summary>What a request may not do to the server.</summary>
public abstract class LimitCases(ConformanceServer server) : ConformanceCases(server)
{
    [Fact]
    public async Task Object_LargerThanTheStoreTakes_IsRefusedAndChangesNothing()
    {
        (await PostAsync(In("apps/v1", "controllerrevisions"), Revision(1_700_000))).ShouldSay(500, "etcdserver: request is too large");
        await CreateAsync(In("apps/v1", "controllerrevisions"), Revision(1_400_000));

        (await PatchAsync(In("apps/v1", "controllerrevisions/a"), $$$$"""{"metadata":{"annotations":{"a":"{{{{new string('x', 250_000)}}}}"}}}""")).ShouldSay(
            500, "etcdserver: request is too large");

        (await GetAsync(In("apps/v1", "controllerrevisions/a"))).Metadata["annotations"].Should().BeNull();
    }

    [Fact]
    public async Task JsonPatch_ThatDoublesTheObjectAgainAndAgain_IsRefused()
    {
        await CreateConfigMapAsync("a");
        await PatchAsync(In("configmaps/a"), $$$"""{"data":{"k":"{{{new string('x', 200_000)}}}"}}""");
        var copies = Enumerable.Range(0, 20).Select(i => string.Create(CultureInfo.InvariantCulture, $$"""{"op":"copy","from":"/data","path":"/data/c{{i}}"}"""));

        (await PatchAsync(In("configmaps/a"), $"[{string.Join(',', copies)}]", "json")).ShouldBeStatus(422, "Invalid", "the server rejected our request due to an error in our request");
    }

    [Theory]
    [InlineData(10_000, 200)]
    [InlineData(10_001, 413)]
    public async Task JsonPatch_OfManyOperations_IsTakenUpToALimit(int operations, int code)
    {
        await CreateConfigMapAsync("a");

        var reply = await PatchAsync(In("configmaps/a"), $"[{string.Join(',', Enumerable.Repeat("""{"op":"test","path":"/data/k","value":"v"}""", operations))}]", "json");

        if (code == 413)
        {
            reply.ShouldBeStatus(413, "RequestEntityTooLarge", "Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001");
        }
        else
        {
            reply.Code.Should().Be(200, reply.Text);
        }
    }

    [Theory]
    [InlineData("a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e]")]
    [InlineData("a: &a [*a]")]
    public async Task YamlBody_ThatAliasesBlowUp_IsRefused(string more)
    {
        var reply = await PatchAsync(In("configmaps/a?fieldManager=m"), $"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\n{more}", "apply");

        reply.Code.Should().Be(400, reply.Text);
        reply.Message.Should().StartWith("error decoding YAML: error converting YAML to JSON: yaml: ");
    }

    [Fact]
    public async Task YamlBody_NestedBeyondReason_IsRefused()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 20_000)) + string.Concat(Enumerable.Repeat("]", 20_000));

        var reply = await PatchAsync(In("configmaps/a?fieldManager=m"), $"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata: {deep}", "apply");

        reply.Code.Should().Be(400, reply.Text);
        reply.Message.Should().Contain("exceeded max depth of ");
    }

    private static string Revision(int bytes) => $$$"""{"metadata":{"name":"a"},"revision":1,"data":{"x":"{{{new string('x', bytes)}}}"}}""";
}

public sealed class SimulatedLimits(SimulatedServer server) : LimitCases(server);

public sealed class RealLimits(RealServer server) : LimitCases(server);
