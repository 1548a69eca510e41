using System.Diagnostics;
using System.Text.Json.Nodes;
using Kairship.Activities.Rollouts;
using Kairship.Delivery.Applications;
using Kairship.Fleet.Resources.Status;

namespace Kairship.Activities.Tests.Rollouts;

using Health = Kairship.Fleet.Resources.Status.Health;

/// <summary>Status rules as people write them, and as somebody who means no good does.</summary>
public sealed class StatusExpressionsTests
{
    private readonly StatusExpressions expressions = new(TimeProvider.System);

    private static JsonObject Cache(string status = """{"phase":"Ready","nodes":[{"up":true},{"up":true}]}""") => JsonNode.Parse(
        $$$"""{"apiVersion":"cache.example.org/v1","kind":"Cache","metadata":{"name":"a","namespace":"shop"},"spec":{"size":2},"status":{{{status}}}}""")!.AsObject();

    [Theory]
    [InlineData("object.status.phase === 'Ready'", true)]
    [InlineData("object.status.nodes.every(n => n.up) && object.status.nodes.length === object.spec.size", true)]
    [InlineData("object.status.nodes.filter(n => !n.up).length > 0", false)]
    [InlineData("!!object.status.nothing?.deeper", false)]
    [InlineData("object.metadata.name === 'a' // a remark", true)]
    [InlineData("(() => { const up = object.status.nodes.filter(n => n.up); return up.length >= 2; })()", true)]
    public void Evaluate_WhatPeopleWrite_Holds(string expression, bool expected) => expressions.Evaluate(expression, Cache())!.GetValue<bool>().Should().Be(expected);

    [Theory]
    [InlineData("(() => { while (true) {} })()")]
    [InlineData("(() => { for (;;) { [].concat([1]); } })()")]
    [InlineData("(function f() { return f(); })()")]
    [InlineData("'x'.repeat(1e9).length > 0")]
    [InlineData("new Array(1e9).fill('x').length > 0")]
    [InlineData("(() => { let s = 'x'; while (true) s += s; })()")]
    [InlineData("(() => { const a = []; while (true) a.push(new Array(1000).fill(0)); })()")]
    [InlineData("/^(a+)+$/.test('a'.repeat(40) + 'b')")]
    [InlineData("object.status.phase.nothing.at.all")]
    [InlineData("(() => { throw new Error('no') })()")]
    [InlineData("object.constructor.constructor('return 1')() === 1")]
    [InlineData("eval('true')")]
    [InlineData("new Function('return true')()")]
    [InlineData("System.IO.File.Exists('/etc/passwd')")]
    [InlineData("require('fs') !== null")]
    [InlineData("new Promise(() => {})")]
    public void Evaluate_WhatMeansNoGood_EndsSoon_AndSaysWhy(string expression)
    {
        var rules = new OwnStatusRules([new StatusRule("cache.example.org", "Cache", expression)], expressions.Evaluate);
        var watch = Stopwatch.StartNew();
        var status = StatusRules.Evaluate(Cache(), null, TimeProvider.System.GetUtcNow(), rules);
        status.Health.Should().Be(Health.Unknown, status.Message);
        status.Reason.Should().Be("StatusRuleBroken");
        status.Message.Should().StartWith("the rule's 'current'");
        watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(10));
    }

    [Theory]
    [InlineData("'yes'")]
    [InlineData("1")]
    [InlineData("null")]
    [InlineData("undefined")]
    [InlineData("[true]")]
    [InlineData("({ valueOf() { return true } })")]
    [InlineData("object")]
    public void Evaluate_NoTruth_IsNotTakenForOne(string expression)
    {
        var rules = new OwnStatusRules([new StatusRule("cache.example.org", "Cache", expression)], expressions.Evaluate);
        var status = StatusRules.Evaluate(Cache(), null, TimeProvider.System.GetUtcNow(), rules);
        (status.Health, status.Reason).Should().Be((Health.Unknown, "StatusRuleBroken"));
    }

    /// <summary>One application's rule must not decide another's.</summary>
    [Theory]
    [InlineData("(() => { Object.prototype.phase = 'Ready'; return true; })()", "({}).phase === 'Ready'")]
    [InlineData("(() => { Array.prototype.every = () => true; return true; })()", "[false].every(x => x)")]
    [InlineData("(() => { globalThis.leak = true; return true; })()", "typeof leak !== 'undefined'")]
    [InlineData("(() => { String.prototype.startsWith = () => true; return true; })()", "'a'.startsWith('b')")]
    [InlineData("(() => { object.__proto__.polluted = true; return true; })()", "!!({}).polluted")]
    [InlineData("(() => { JSON.parse = () => ({}); undefined_ = 1; return true; })()", "typeof undefined_ === 'number'")]
    public void Evaluate_WhatOneRuleLeavesBehind_IsNotThereForTheNext(string first, string second)
    {
        var cache = Cache();
        var before = cache.ToJsonString();
        try
        {
            expressions.Evaluate(first, cache);
        }
        catch (StatusExpressionException)
        {
            // Refused is as good.
        }

        expressions.Evaluate(second, cache)!.GetValue<bool>().Should().BeFalse();
        cache.ToJsonString().Should().Be(before, "the rule sees a copy");
    }

    [Fact]
    public void Check_SaysWhatIsNoExpression()
    {
        expressions.Check("object.status.phase === 'Ready'").Should().BeNull();
        expressions.Check("object.status.phase ===").Should().NotBeNull();
        expressions.Check("if (object) { true }").Should().NotBeNull();
        expressions.Check(new string('x', StatusRule.MaxLength + 1000)).Should().NotBeNull();
    }
}
