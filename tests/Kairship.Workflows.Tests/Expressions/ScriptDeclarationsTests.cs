using Kairship.Workflows.Activities;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Tests.Expressions;

public sealed class ScriptDeclarationsTests
{
    private const string Definition = """
        {"definitionId": "d", "variables": [{"id": "v", "name": "Attempt", "typeName": "Int32"}, {"id": "w", "name": "Waves", "typeName": "String", "isArray": true}, {"id": "x", "name": "not \"a name", "typeName": "Object"}],
         "inputs": [{"name": "Release", "type": "String"}, {"name": "Settings", "type": "JsonObject"}],
         "root": {"type": "Test.Kind", "id": "a", "name": "Deploy"}}
        """;

    private static readonly ActivityDescriptor Kind = ActivityDescriptor.Create("Test.Kind", "C", "D.").WithOutput(new OutputDescriptor("Revision", "Int32"));

    private static string Text => ScriptDeclarations.Write(WorkflowDefinition.Parse(Definition), type => type == "Test.Kind" ? Kind : null);

    [Fact]
    public void EveryFunctionOfScripts_IsDeclared()
    {
        foreach (var name in ScriptNames.Reading.Concat(ScriptNames.Writing))
        {
            Text.Should().Contain($"declare function {name}(");
        }

        Text.Should().Contain($"declare const {ScriptNames.Variables}: {{").And.Contain($"declare const {ScriptNames.Input}: {{");
    }

    [Theory]
    [InlineData("declare function getAttempt(): number;")]
    [InlineData("declare function setWaves(value: Array<string>): void;")]
    [InlineData("declare function getVariable(name: \"Attempt\"): number;")]
    [InlineData("declare function getInput(name: \"Settings\"): { [name: string]: any } | null;")]
    [InlineData("declare function getRevisionFromDeploy(): number | null;")]
    [InlineData("    readonly \"Release\": string;")]
    public void NamesOfTheDefinition_HaveTheirTypes(string line) => Text.Split('\n').Should().Contain(line);

    [Fact]
    public void NameThatIsNoIdentifier_IsQuoted_AndGetsNoFunction() => Text.Should().Contain("not \\u0022a name").And.NotContain("getnot");
}
