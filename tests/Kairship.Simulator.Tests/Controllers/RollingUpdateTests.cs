using System.Text.Json.Nodes;
using Kairship.Simulator.Controllers;
using Kairship.Simulator.Controllers.Deployments;

namespace Kairship.Simulator.Tests.Controllers;

public sealed class RollingUpdateTests
{
    // Values of Kubernetes' own TestResolveFenceposts and of the documented rounding.
    [Theory]
    [InlineData("null", "null", 10, 3, 2)]
    [InlineData("\"25%\"", "\"25%\"", 4, 1, 1)]
    [InlineData("\"25%\"", "\"25%\"", 3, 1, 0)]
    [InlineData("\"25%\"", "\"25%\"", 1, 1, 0)]
    [InlineData("0", "\"0%\"", 0, 0, 0)]
    [InlineData("0", "\"0%\"", 10, 0, 1)]
    [InlineData("\"0%\"", "\"10%\"", 5, 0, 1)]
    [InlineData("\"30%\"", "\"50%\"", 11, 4, 5)]
    [InlineData("2", "9", 4, 2, 4)]
    public void Fenceposts_OfIntegersAndPercentages_RoundAsKubernetes(string surge, string unavailable, int replicas, int up, int down) =>
        DeploymentSpec.Fenceposts(JsonNode.Parse(surge), JsonNode.Parse(unavailable), replicas).Should().Be((up, down));

    [Fact]
    public void TemplateHash_OfTheSameFieldsInAnotherOrder_IsTheSame()
    {
        var a = JsonNode.Parse("""{"spec":{"containers":[{"name":"a","image":"x"}],"nodeName":"n"}}""");
        var b = JsonNode.Parse("""{"spec":{"nodeName":"n","containers":[{"image":"x","name":"a"}]}}""");
        var c = JsonNode.Parse("""{"spec":{"nodeName":"n","containers":[{"image":"y","name":"a"}]}}""");

        TemplateHash.Of(a).Should().Be(TemplateHash.Of(b)).And.NotBe(TemplateHash.Of(c)).And.MatchRegex("^[a-z0-9]{1,10}$");
        TemplateHash.Of(a, 1).Should().NotBe(TemplateHash.Of(a));
    }

    [Theory]
    [InlineData("{\"matchLabels\":{\"a\":\"1\"}}", true)]
    [InlineData("{\"matchLabels\":{\"a\":\"2\"}}", false)]
    [InlineData("{}", true)]
    [InlineData("{\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"In\",\"values\":[\"1\",\"2\"]}]}", true)]
    [InlineData("{\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"NotIn\",\"values\":[\"1\"]}]}", false)]
    [InlineData("{\"matchExpressions\":[{\"key\":\"b\",\"operator\":\"NotIn\",\"values\":[\"1\"]}]}", true)]
    [InlineData("{\"matchExpressions\":[{\"key\":\"b\",\"operator\":\"Exists\"}]}", false)]
    [InlineData("{\"matchExpressions\":[{\"key\":\"b\",\"operator\":\"DoesNotExist\"}]}", true)]
    public void LabelSelector_OnOneLabel_Matches(string selector, bool matches) =>
        LabelSelector.Matches(JsonNode.Parse(selector)!.AsObject(), new JsonObject { ["a"] = "1" }).Should().Be(matches);
}
