using System.Text.RegularExpressions;

namespace Kairship.Simulator.Tests.Conformance.Machinery;

/// <summary>Label and field selectors of lists.</summary>
public abstract class SelectorCases(ConformanceServer server) : ConformanceCases(server)
{
    // Five to select from, beside the namespace's own.
    private async Task SeedAsync()
    {
        foreach (var name in (string[])["a", "b", "c", "d", "e"])
        {
            await CreateConfigMapAsync(name, $$$"""
                "labels":{"app":"{{{name}}}","tier":"{{{(name is "a" or "b" ? "x" : "y")}}}","n":"{{{name[0] - 'a' + 1}}}"}
                """);
        }
    }

    [Fact]
    public async Task LabelSelector_OfEachForm_SelectsWhatItSays()
    {
        await SeedAsync();
        (string Selector, string Names)[] table =
        [
            ("app=a", "a"), ("app==a", "a"), ("app", "a b c d e"), ("app in (a,b)", "a b"), ("app in (a, b ,c)", "a b c"), ("app notin (a,b,c),app", "d e"),
            ("app!=a,app", "b c d e"), ("n>3", "d e"), ("n<2", "a"), ("app=a,tier=x", "a"), ("app=a,tier=y", ""), ("tier=y,app!=c", "d e"),
            ("app in ()", ""), ("tier=", ""), ("n in (1,2),tier!=y", "a b"), (" app = a ", "a"), ("! app,n", ""), ("app in (a),tier in (x,y),n>0", "a"),
        ];

        foreach (var (selector, names) in table)
        {
            (await SelectAsync("labelSelector", selector)).Names.Should().Equal(names.Split(' ', StringSplitOptions.RemoveEmptyEntries), "of {0}", selector);
        }
    }

    [Theory]
    [InlineData("!app")]
    [InlineData("app!=a,app!=b,app!=c,app!=d,app!=e")]
    [InlineData("app notin (a,b,c,d,e)")]
    public async Task LabelSelector_ThatExcludes_SelectsWhatHasNoLabel(string selector)
    {
        await SeedAsync();
        await CreateConfigMapAsync("plain");

        (await SelectAsync("labelSelector", selector)).Names.Should().Contain("plain").And.NotContain(["a", "b", "c", "d", "e"]);
    }

    [Theory]
    [InlineData("=a", "found '=', expected: !, identifier, or 'end of string'")]
    [InlineData(",", "found ',', expected: !, identifier, or 'end of string'")]
    [InlineData("app,", "found '', expected: identifier after ','")]
    [InlineData("app=a,,tier=x", "found ',', expected: identifier after ','")]
    [InlineData("app=a=b", "found '=', expected: ',' or 'end of string'")]
    [InlineData("!app=a", "found '=', expected: ',' or 'end of string'")]
    [InlineData("app===a", "unable to parse requirement: found '=', expected: identifier")]
    [InlineData("x y", "unable to parse requirement: found 'y', expected: '=', '!=', '==', 'in', notin'")]
    [InlineData("app in", "unable to parse requirement: found '' expected: '('")]
    [InlineData("app in (a", "unable to parse requirement: found '', expected: ',' or ')'")]
    public async Task LabelSelector_ThatCannotBeParsed_SaysWhy(string selector, string why)
    {
        var reply = await SelectAsync("labelSelector", selector);

        // Newer servers list more operators and say less in a row.
        Operators(reply.Message).Should().Be(Operators(why));
        reply.Code.Should().Be(400);
        reply.Reason.Should().Be("BadRequest");
    }

    [Theory]
    [InlineData("app=bad/value", "a valid label must be an empty string or consist of alphanumeric characters")]
    [InlineData("n>x", "for 'Gt', 'Lt' operators, the value must be an integer")]
    [InlineData("bad_/key=v", "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters")]
    public async Task LabelSelector_WithAnInvalidValue_SaysWhichRule(string selector, string rule)
    {
        var reply = await SelectAsync("labelSelector", selector);

        reply.Code.Should().Be(400);
        reply.Message.Should().StartWith("unable to parse requirement: ").And.Contain(rule);
    }

    [Fact]
    public async Task FieldSelector_OfEachForm_SelectsWhatItSays()
    {
        await SeedAsync();
        (string Selector, string Names)[] table =
        [
            ("metadata.name=a", "a"), ("metadata.name==a", "a"), ("metadata.name!=a", "b c d e"), ("metadata.name=a,metadata.namespace=" + Namespace, "a"),
            ("metadata.namespace=" + Namespace, "a b c d e"), ("metadata.namespace=other", ""), ("metadata.name=", ""), ("=", "a b c d e"), (",", "a b c d e"),
            ("metadata.name=a\\,b", ""), ("metadata.name!=a,metadata.name!=b", "c d e"),
        ];

        foreach (var (selector, names) in table)
        {
            var reply = await SelectAsync("fieldSelector", selector);
            reply.Code.Should().Be(200, reply.Text);
            reply.Names.Where(n => n != "kube-root-ca.crt").Should().Equal(names.Split(' ', StringSplitOptions.RemoveEmptyEntries), "of {0}", selector);
        }
    }

    [Theory]
    [InlineData("configmaps", "data.k=v", "\"data.k\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"")]
    [InlineData("configmaps", "metadata.labels.app=a", "\"metadata.labels.app\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"")]
    [InlineData("configmaps", "metadata.name", "invalid selector: 'metadata.name'; can't understand 'metadata.name'")]
    [InlineData("configmaps", "metadata.name in (a)", "invalid selector: 'metadata.name in (a)'; can't understand 'metadata.name in (a)'")]
    [InlineData("pods", "spec.nothing=x", "field label not supported: spec.nothing")]
    public async Task FieldSelector_ThatIsNotSupported_SaysWhy(string plural, string selector, string why) =>
        (await GetAsync(In($"{plural}?fieldSelector={Uri.EscapeDataString(selector)}"))).ShouldBeStatus(400, "BadRequest", why);

    [Theory]
    [InlineData("pods", "spec.nodeName=n,status.phase!=Failed,spec.restartPolicy=Always")]
    [InlineData("secrets", "type=Opaque")]
    [InlineData("events", "involvedObject.kind=Pod,involvedObject.name!=x,reason=R,type=Normal")]
    [InlineData("namespaces", "status.phase=Terminating,metadata.name=none")]
    [InlineData("nodes", "spec.unschedulable=true")]
    public async Task FieldSelector_ThatTheKindKnows_IsTaken(string plural, string selector)
    {
        var path = plural is "namespaces" or "nodes" ? "/api/v1/" + plural : In(plural);

        var reply = await GetAsync($"{path}?fieldSelector={Uri.EscapeDataString(selector)}");

        reply.Code.Should().Be(200);
        reply.Items().Where(i => (string?)i["type"] != "Opaque").Should().BeEmpty();
    }

    [Fact]
    public async Task FieldSelector_OfPods_SelectsByNodeAndPhase()
    {
        await CreateAsync(In("pods"), """{"metadata":{"name":"p"},"spec":{"nodeName":"nowhere","containers":[{"name":"c","image":"i"}]}}""");

        (await GetAsync(In("pods?fieldSelector=spec.nodeName%3Dnowhere"))).Names.Should().Equal("p");
        (await GetAsync(In("pods?fieldSelector=spec.nodeName%3Delsewhere"))).Names.Should().BeEmpty();
        (await GetAsync(In("pods?fieldSelector=status.phase%3DSucceeded"))).Names.Should().BeEmpty();
    }

    private Task<Reply> SelectAsync(string parameter, string selector) => GetAsync(In($"configmaps?{parameter}={Uri.EscapeDataString(selector)}"));

    private static string Operators(string message) => Regex.Replace(message, "expected: '=', .*", "expected: an operator", RegexOptions.None, TimeSpan.FromSeconds(1));
}

public sealed class SimulatedSelectors(SimulatedServer server) : SelectorCases(server);

public sealed class RealSelectors(RealServer server) : SelectorCases(server);
