using System.Diagnostics;
using System.Text.Json.Nodes;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Tests.Expressions.Liquid;

/// <summary>Hostile templates end soon, with the reason, having allocated little.</summary>
public sealed class LiquidLimitTests
{
    // On a busy machine the time would be up before the limit that a template is to meet.
    private static readonly ExpressionCompiler Compiler = new(new ExpressionLimits { Time = TimeSpan.FromSeconds(20) });

    [Theory]
    [InlineData("{% for i in (1..1000000000) %}{% endfor %}", "*100000 steps*")]
    [InlineData("{% for i in (1..9223372036854775807) reversed %}{% endfor %}", "*100000 steps*")]
    [InlineData("{{ (1..1000000000) | join: ',' }}", "*100000 steps*")]
    [InlineData("{{ (1..1000000000) }}", "*100000 steps*")]
    [InlineData("{{ (1..1000000000) | reverse | sort | first }}", "*100000 steps*")]
    [InlineData("{% for i in (1..1000) %}{% for j in (1..1000) %}{% for k in (1..1000) %}{% endfor %}{% endfor %}{% endfor %}", "*100000 steps*")]
    [InlineData("{% assign s = 'aaaaaaaaaa' %}{% for i in (1..60) %}{% assign s = s | append: s %}{% endfor %}", "*1000000 characters*")]
    [InlineData("{% assign s = 'a' %}{% for i in (1..90) %}{% capture s %}{{ s }}{{ s }}{% endcapture %}{% endfor %}", "*1000000 characters*")]
    [InlineData("{% assign s = '&&&&&&&&' %}{% for i in (1..90) %}{% assign s = s | escape | url_encode | base64_encode %}{% endfor %}", "*1000000 characters*")]
    [InlineData("{{ Variables.Long | split: '' | join: Variables.Long }}", "*100000 steps*")]
    [InlineData("{{ Variables.Long | replace: 'a', Variables.Long }}", "*1000000 characters*")]
    [InlineData("{% assign l = 'a,b' | split: ',' %}{% for i in (1..60) %}{% assign l = l | concat: l %}{% endfor %}", "*100000 steps*")]
    [InlineData("{% for i in (1..20000) %}012345678901234567890123456789012345678901234567890123456789{% endfor %}", "*1000000 characters*")]
    [InlineData("{{ 79228162514264337593543950335 | times: 10 }}", "*'times' failed*")]
    [InlineData("{{ 1 | divided_by: 0 }}", "*'divided_by' failed*")]
    [InlineData("{{ '!' | base64_decode }}", "*'base64_decode' failed*")]
    public void Template_PastLimit_EndsWithReason(string template, string message)
    {
        var watch = Stopwatch.StartNew();
        var before = GC.GetAllocatedBytesForCurrentThread();
        FluentActions.Invoking(() => Run(template)).Should().Throw<ExpressionException>().WithMessage(message);
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(100 * 1024 * 1024);
        watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData(2_000, "{% if true %}", "x", "{% endif %}", "*deeper than 32*")]
    [InlineData(1_000, "{% for i in (1..2) %}", "x", "{% endfor %}", "*deeper than 32*")]
    [InlineData(1_000, "{% capture x %}", "x", "{% endcapture %}", "*deeper than 32*")]
    [InlineData(10_000, "{{ a", "", "", "*")]
    [InlineData(1, "{{ ", "a[a[a[a[a[a[a[a[a[a[a[a]]]]]]]]]]]", " }}", "*nested deeper than 8*")]
    [InlineData(1, "{{ ", "((((((((((1..2)..3)..3)..3)..3)..3)..3)..3)..3)..3)", " }}", "*nested deeper than 8*")]
    [InlineData(70_000, "a", "{{ x }}", "", "*at most 65536*")]
    [InlineData(10_000, "{%", "", "", "*not closed*")]
    public void Source_TooMuch_IsRefused(int times, string before, string inside, string after, string message)
    {
        var source = string.Concat(Enumerable.Repeat(before, times)) + inside + string.Concat(Enumerable.Repeat(after, times));
        var watch = Stopwatch.StartNew();
        FluentActions.Invoking(() => Run(source)).Should().Throw<ExpressionException>().WithMessage(message);
        watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData("{{ a | ", "append: 'x' | ", "append: 'y' }}", 5_000)]
    [InlineData("{% if a ", "and a ", "%}{% endif %}", 10_000)]
    [InlineData("{{ a", ".b", " }}", 30_000)]
    public void Markup_WithTooManyParts_IsRefused(string start, string part, string end, int times) =>
        FluentActions.Invoking(() => Run(start + string.Concat(Enumerable.Repeat(part, times)) + end)).Should().Throw<ExpressionException>();

    [Theory]
    [InlineData("{{ Variables.Long.Length }}{{ Variables.Name.GetType.Assembly }}|")]
    [InlineData("{{ Variables.Plan.Count }}{{ Variables.Plan.Parent }}{{ Variables.Plan.Root.Options }}|")]
    [InlineData("{{ forloop }}{{ Environment.MachineName }}{{ System.IO.File }}|")]
    [InlineData("{% for i in (1..1) %}{{ forloop.Parent }}{{ i.GetType }}{% endfor %}|")]
    [InlineData("{{ Variables.Name | map: 'Length' }}{{ Variables.Plan | map: 'GetType' }}|")]
    public void DotNet_IsNotReachable(string template) => Run(template).Should().Be("|");

    [Fact]
    public void DeepestTemplate_OnSmallStack_Renders()
    {
        var deep = string.Concat(Enumerable.Repeat("{% for i in (1..1) %}", 31)) + "x" + string.Concat(Enumerable.Repeat("{% endfor %}", 31));
        string? rendered = null;
        var thread = new Thread(() => rendered = Run(deep), maxStackSize: 256 * 1024);
        thread.Start();
        thread.Join();
        rendered.Should().Be("x");
    }

    [Fact]
    public void HtmlThatNeverCloses_IsStrippedInLinearTime()
    {
        var watch = Stopwatch.StartNew();
        Compiler.Compile("Liquid", "{{ Variables.Html | strip_html }}", "String")
            .Evaluate(FakeScope.With(("Html", "\"" + string.Concat(Enumerable.Repeat("<script<style<!--", 20_000)) + "\"")));
        watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(2));
    }

    private static string? Run(string template) => Compiler.Compile("Liquid", template, "String")
        .Evaluate(FakeScope.With(("Name", "\"web\""), ("Plan", """{"a":1}"""), ("Long", "\"" + new string('a', 200_000) + "\"")))?.GetValue<string>();

    [Fact]
    public void Sort_PastItsTime_EndsWithThatReason()
    {
        var limits = new ExpressionLimits { Time = TimeSpan.FromMilliseconds(3), Statements = 100_000_000 };
        var template = new ExpressionCompiler(limits).Compile("Liquid", "{% for i in (1..1000) %}{% assign x = Variables.items | sort %}{% endfor %}", "String");
        var scope = new FakeScope { Variables = { ["items"] = new JsonArray([.. Enumerable.Range(0, 5000).Select(i => (JsonNode)JsonValue.Create(i * 7919 % 5003))]) } };

        for (var i = 0; i < 10; i++)
        {
            FluentActions.Invoking(() => template.Evaluate(scope)).Should().Throw<ExpressionException>().WithMessage("*longer than*");
        }
    }
}
