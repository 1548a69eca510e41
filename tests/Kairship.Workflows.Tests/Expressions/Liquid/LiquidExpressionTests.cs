using System.Text.Json.Nodes;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Tests.Expressions.Liquid;

public sealed class LiquidExpressionTests
{
    private static readonly ExpressionCompiler Compiler = new();

    [Theory]
    [InlineData("plain {text} 100%", "plain {text} 100%")]
    [InlineData("{{ Variables.Name }}!", "web!")]
    [InlineData("{{ variables.name }}", "web")]
    [InlineData("{{ Input.Region }}", "eu")]
    [InlineData("{{ Input.Missing }}|", "|")]
    [InlineData("{{ Output.Deploy.Result }} {{ Output.Deploy }}", "ok ok")]
    [InlineData("{{ LastResult }}", "7")]
    [InlineData("{{ WorkflowInstanceId }} {{ WorkflowDefinitionId }} {{ WorkflowDefinitionVersion }} {{ CorrelationId }}", "instance-1 release 3 order-7")]
    [InlineData("{{ Variables.Plan.clusters[1].name }}", "us-1")]
    [InlineData("{{ Variables.Plan.clusters.first.name }} {{ Variables.Plan.clusters.last['name'] }} {{ Variables.Plan.clusters.size }}", "eu-1 us-1 2")]
    [InlineData("{{ Variables.Plan.clusters[Variables.One].name }}", "us-1")]
    [InlineData("{{ Variables.Plan.nothing.at.all }}|", "|")]
    [InlineData("{% if Variables.One == 1 and Variables.Name contains 'we' %}yes{% else %}no{% endif %}", "yes")]
    [InlineData("{% if Variables.One > 1 %}a{% elsif Variables.One < 1 %}b{% else %}c{% endif %}", "c")]
    [InlineData("{% if true or false and false %}yes{% endif %}", "yes")]
    [InlineData("{% if false and true or true %}yes{% endif %}|", "|")]
    [InlineData("{% unless Variables.Empty == empty %}a{% else %}b{% endunless %}", "b")]
    [InlineData("{% if Variables.Nothing == nil %}nil{% endif %}", "nil")]
    [InlineData("{% case Variables.Name %}{% when 'db', 'web' %}found{% else %}none{% endcase %}", "found")]
    [InlineData("{% case 5 %}{% when 1 or 2 %}small{% else %}big{% endcase %}", "big")]
    [InlineData("{% for c in Variables.Plan.clusters %}{{ forloop.index }}:{{ c.name }}{% unless forloop.last %},{% endunless %}{% endfor %}", "1:eu-1,2:us-1")]
    [InlineData("{% for i in (1..6) limit:3 offset:1 reversed %}{{ i }}{% endfor %}", "432")]
    [InlineData("{% for i in (1..9) %}{% if i == 2 %}{% continue %}{% endif %}{% if i > 4 %}{% break %}{% endif %}{{ i }}{% endfor %}", "134")]
    [InlineData("{% for i in Variables.Empty %}x{% else %}empty{% endfor %}", "empty")]
    [InlineData("{% for p in Variables.Plan %}{{ p[0] }}{% endfor %}", "clusters")]
    [InlineData("{% assign x = 'a,b' | split: ',' %}{{ x | join: '-' }}{{ x.size }}", "a-b2")]
    [InlineData("{% capture x %}<{{ Variables.Name }}>{% endcapture %}{{ x }}{{ x }}", "<web><web>")]
    [InlineData("{% increment n %}{% increment n %}{% decrement m %}", "01-1")]
    [InlineData("a {{- Variables.Name -}} b {%- if true -%} c {%- endif -%} d", "awebbcd")]
    [InlineData("{% raw %}{{ x }}{% endraw %}{% comment %}{{ nothing | here {% endcomment %}!", "{{ x }}!")]
    [InlineData("{{ 'Hello' | upcase | append: '!' | prepend: '>' }}", ">HELLO!")]
    [InlineData("{{ 'a<b>&\"' | escape }} {{ '<p>x</p>' | strip_html }}", "a&lt;b&gt;&amp;&quot; x")]
    [InlineData("{{ 'one two three four' | truncatewords: 2 }} {{ 'abcdefgh' | truncate: 5 }}", "one two... ab...")]
    [InlineData("{{ 'aXbX' | replace: 'X', '-' }} {{ 'aXbX' | replace_first: 'X', '-' }} {{ 'aXbX' | remove: 'X' }}", "a-b- a-bX ab")]
    [InlineData("{{ 7 | divided_by: 2 }} {{ 7 | divided_by: 2.0 }} {{ 7 | modulo: 3 }} {{ 4 | times: 2.5 }} {{ 0.1 | plus: 0.2 }}", "3 3.5 1 10 0.3")]
    [InlineData("{{ 3.456 | round: 2 }} {{ -3 | abs }} {{ 3.2 | ceil }} {{ 3.8 | floor }} {{ 5 | at_most: 3 }} {{ 5 | at_least: 9 }}", "3.46 3 4 3 3 9")]
    [InlineData("{{ Variables.Plan.clusters | map: 'name' | reverse | join }} {{ Variables.Plan.clusters | sum: 'weight' }}", "us-1 eu-1 30")]
    [InlineData("{{ Variables.Plan.clusters | where: 'weight', 20 | map: 'name' }}", "us-1")]
    [InlineData("{{ 'b,a,b' | split: ',' | sort | uniq | join: ',' }}", "a,b")]
    [InlineData("{{ 'abc' | slice: 1 }} {{ 'abc' | slice: -2, 2 }} {{ 'abc' | size }} {{ '' | default: 'none' }}", "b bc 3 none")]
    [InlineData("{{ '2026-03-04T05:06:07Z' | date: '%Y-%m-%d %H:%M:%S %b %-d %j' }}", "2026-03-04 05:06:07 Mar 4 063")]
    [InlineData("{{ 'now' | date: '%F' }}", "2026-01-31")]
    [InlineData("{{ Variables.Plan.clusters[0] | json }}", """{"name":"eu-1","weight":10}""")]
    [InlineData("{{ 'ab' | base64_encode }} {{ 'YWI=' | base64_decode }} {{ 'a b&' | url_encode }}", "YWI= ab a+b%26")]
    public void Template_Renders_AsLiquidDoes(string template, string expected) => Run(template, "String")!.GetValue<string>().Should().Be(expected);

    [Theory]
    [InlineData("{{ 3 | plus: 4 }}", "Int32", "7")]
    [InlineData("{% if true %}true{% endif %}\n", "Boolean", "true")]
    [InlineData("{{ Variables.Plan | json }}", "Dictionary<String, Object>", """{"clusters":[{"name":"eu-1","weight":10},{"name":"us-1","weight":20}]}""")]
    [InlineData("[{% for i in (1..2) %}{{ i }}{% unless forloop.last %},{% endunless %}{% endfor %}]", "List<Int32>", "[1,2]")]
    [InlineData("{{ Variables.Nothing }}", "Int32", "null")]
    public void Result_IsConvertedToTheType(string template, string typeName, string json) =>
        (Run(template, typeName)?.ToJsonString() ?? "null").Should().Be(json);

    [Theory]
    [InlineData("a\n  {{ x | shout }}", "*no filter 'shout' (line 2, column *")]
    [InlineData("{{ x", "*'{{' is not closed*line 1, column 1*")]
    [InlineData("{% if x %}", "*'{% endif %}'*")]
    [InlineData("{% endif %}", "*no tag 'endif'*")]
    [InlineData("{% include 'secrets' %}", "*not supported*")]
    [InlineData("{% render 'secrets' %}", "*not supported*")]
    [InlineData("{{ }}", "*a value is expected*")]
    [InlineData("{{ a b }}", "*'b' is not expected*")]
    [InlineData("{% for x of y %}{% endfor %}", "*'in' is expected*")]
    [InlineData("{% for x in y limits:3 %}{% endfor %}", "*'limits' is not expected*")]
    [InlineData("{{ 'a }}", "*not closed by '*")]
    [InlineData("{% assign x 3 %}", "*'=' is expected*")]
    [InlineData("{% raw %}x", "*endraw*")]
    public void Template_ThatDoesNotParse_SaysWhereAndWhy(string template, string message) =>
        FluentActions.Invoking(() => Compiler.Compile("Liquid", template, "String")).Should().Throw<ExpressionException>().WithMessage(message);

    private static JsonNode? Run(string template, string typeName)
    {
        var scope = FakeScope.With(
            ("Name", "\"web\""), ("One", "1"), ("Empty", "[]"), ("Nothing", "null"),
            ("Plan", """{"clusters":[{"name":"eu-1","weight":10},{"name":"us-1","weight":20}]}"""));
        scope.Inputs["Region"] = "eu";
        scope.Outputs[("Deploy", "Result")] = "ok";
        scope.LastResult = 7;
        return Compiler.Compile("Liquid", template, typeName).Evaluate(scope);
    }
}
