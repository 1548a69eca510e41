using System.Text.Json.Nodes;
using CsCheck;
using Kairship.Workflows.Definitions;

namespace Kairship.Workflows.Tests.Definitions;

public sealed class DefinitionDifferenceTests
{
    public static TheoryData<string, string> Changes => new()
    {
        { "nothing", "nothing that it does" },
        { "moved on the canvas", "nothing that it does" },
        { "activities in another order", "nothing that it does" },
        { "a null", "nothing that it does" },
        { "what a designer fills in", "nothing that it does" },
        { "an activity more", "+more (Test.Work)" },
        { "an activity less", "-b (Test.Work); connections +0 -1" },
        { "another type", "+b (Test.Other); -b (Test.Work)" },
        { "an input", "~b (xinput)" },
        { "an input that is false", "~b (xinput)" },
        { "a label", "~b (metadata)" },
        { "a connection", "connections +1 -0" },
        { "another port", "connections +1 -1" },
        { "a variable", "variables +New -Old ~Same" },
        { "an output", "outputs +Out" },
        { "the name", "changed: name" },
        { "the options", "changed: options" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Difference_IsToldByNames(string change, string expected)
    {
        var before = Sample();
        var after = Sample();
        Change(change, after);

        DefinitionDifference.Between(Definition(before), Definition(after)).ToString().Should().Be(expected);
    }

    [Fact]
    public void Difference_OfTheFirstVersion_IsAllOfIt() =>
        DefinitionDifference.Between(null, Definition(Sample())).ToString().Should().Be("+a (Test.Work); +b (Test.Work); +flow (Elsa.Flowchart); connections +1 -0; variables +Old +Same");

    [Fact]
    public void Difference_NeverTellsAValue()
    {
        var after = Sample();
        after["root"]!["activities"]![0]!["password"] = DefinitionText.Literal("String", "hunter2");
        after["variables"]![0]!["value"] = "hunter2";
        after["customProperties"] = new JsonObject { ["token"] = "hunter2" };

        var difference = DefinitionDifference.Between(Definition(Sample()), Definition(after));

        difference.IsEmpty.Should().BeFalse();
        System.Text.Json.JsonSerializer.Serialize(difference).Should().NotContain("hunter2");
        difference.ToString().Should().Contain("password").And.NotContain("hunter2");
    }

    [Fact]
    public void Difference_OfAnyTwo_SwapsAddedAndRemoved_AndItsTextIsBounded() =>
        Gen.Select(Gen.Int[0, 300].HashSet[0, 250], Gen.Int[0, 300].HashSet[0, 250]).Sample(
            (one, two) =>
            {
                var (a, b) = (Many(one), Many(two));
                var (there, back) = (DefinitionDifference.Between(a, b), DefinitionDifference.Between(b, a));

                there.Added.Should().Equal(back.Removed);
                there.Removed.Should().Equal(back.Added);
                there.Added.Select(x => x.Id).Should().BeEquivalentTo(two.Except(one).Select(i => $"n{i}"));
                there.IsEmpty.Should().Be(one.SetEquals(two));
                there.ToString().Length.Should().BeLessThanOrEqualTo(DefinitionDifference.MaxText);
            },
            iter: 100);

    private static WorkflowDefinition Many(IEnumerable<int> ids) =>
        DefinitionText.Of(DefinitionText.Flow("", [.. ids.Select(i => DefinitionText.Activity("Test.Work", $"n{i}"))]));

    private static WorkflowDefinition Definition(JsonObject json) => WorkflowDefinition.Parse(json.ToJsonString());

    private static JsonObject Sample() => new()
    {
        ["definitionId"] = "d",
        ["name"] = "D",
        ["options"] = new JsonObject(),
        ["variables"] = new JsonArray(Named("Old", "1"), Named("Same", "1")),
        ["root"] = DefinitionText.Flow("a -> b", DefinitionText.Activity("Test.Work", "a"), DefinitionText.Activity("Test.Work", "b")),
    };

    private static JsonObject Named(string name, string value) => new() { ["id"] = name, ["name"] = name, ["typeName"] = "String", ["value"] = value };

    private static void Change(string change, JsonObject definition)
    {
        var flow = definition["root"]!.AsObject();
        var (activities, connections) = (flow["activities"]!.AsArray(), flow["connections"]!.AsArray());
        var second = activities[1]!.AsObject();
        switch (change)
        {
            case "moved on the canvas":
                second["metadata"] = new JsonObject { ["designer"] = new JsonObject { ["position"] = new JsonObject { ["x"] = 5 } } };
                definition["id"] = "another-version";
                definition["version"] = 7;
                break;
            case "activities in another order":
                activities.RemoveAt(1);
                activities.Insert(0, second);
                break;
            case "a null":
                second["xinput"] = null;
                break;
            case "what a designer fills in":
                definition["isReadonly"] = false;
                definition["outcomes"] = new JsonArray();
                definition["options"] = new JsonObject { ["autoUpdateConsumingWorkflows"] = false, ["activityCategory"] = null };
                second["customProperties"] = new JsonObject { ["canStartWorkflow"] = false };
                second["metadata"] = new JsonObject();
                break;
            case "an activity more":
                activities.Add(DefinitionText.Activity("Test.Work", "more"));
                break;
            case "an activity less":
                activities.RemoveAt(1);
                connections.Clear();
                break;
            case "another type":
                second["type"] = "Test.Other";
                break;
            case "an input":
                second["xinput"] = DefinitionText.Literal("String", "x");
                break;
            case "an input that is false":
                second["xinput"] = false;
                break;
            case "a label":
                second["metadata"] = new JsonObject { ["displayText"] = "B" };
                break;
            case "a connection":
                connections.Add(new JsonObject { ["source"] = new JsonObject { ["activity"] = "b", ["port"] = "Done" }, ["target"] = new JsonObject { ["activity"] = "a", ["port"] = "In" } });
                break;
            case "another port":
                connections[0]!["source"]!["port"] = "Else";
                break;
            case "a variable":
                definition["variables"] = new JsonArray(Named("Same", "2"), Named("New", "1"));
                break;
            case "an output":
                definition["outputs"] = new JsonArray(new JsonObject { ["name"] = "Out", ["type"] = "String" });
                break;
            case "the name":
                definition["name"] = "E";
                break;
            case "the options":
                definition["options"] = new JsonObject { ["usableAsActivity"] = true };
                break;
        }
    }
}
