using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Activities.BuiltIn;

/// <summary>Runs a script that may read and set variables; its value is the output Result, its outcomes those that it sets.</summary>
internal sealed class RunJavaScript(ExpressionCompiler compiler) : ControlActivity
{
    private const int MaxCached = 1000;
    private readonly ConcurrentDictionary<string, CompiledExpression> scripts = new();

    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Elsa.RunJavaScript", "Scripting", "Executes JavaScript code.")
        .WithInput(new InputDescriptor("Script", "String", "The script to run.", "code-editor"))
        .WithInput(new InputDescriptor("PossibleOutcomes", "List<String>", "A list of possible outcomes.", "dynamic-outcomes", DisplayName: "Possible Outcomes", Order: 1))
        .WithOutput(new OutputDescriptor("Result", "Object")) with { DisplayName = "Run JavaScript" };

    public override void Execute(ControlContext context)
    {
        if (InputValues.Text(context.EvaluateInput("Script")) is not { Length: > 0 } script)
        {
            context.Complete();
            return;
        }

        var scope = new OutcomeScope(context.Scope);
        context.SetOutput("Result", Compiled(script).Evaluate(scope));
        context.Complete(scope.Outcomes);
    }

    private CompiledExpression Compiled(string script)
    {
        if (scripts.Count >= MaxCached)
        {
            scripts.Clear();
        }

        return scripts.GetOrAdd(script, s => compiler.Compile("JavaScript", s, "Object"));
    }

    private sealed class OutcomeScope(IExpressionScope inner) : IExpressionScope, IScriptOutcomes
    {
        public IReadOnlyList<string> Outcomes { get; private set; } = [];
        public string InstanceId => inner.InstanceId;
        public string? CorrelationId => inner.CorrelationId;
        public string DefinitionId => inner.DefinitionId;
        public int DefinitionVersion => inner.DefinitionVersion;
        public IEnumerable<string> VariableNames => inner.VariableNames;
        public IEnumerable<string> InputNames => inner.InputNames;
        public JsonNode? LastResult => inner.LastResult;
        public DateTimeOffset Now => inner.Now;

        public bool TryGetVariable(string name, out JsonNode? value) => inner.TryGetVariable(name, out value);

        public bool TrySetVariable(string name, JsonNode? value) => inner.TrySetVariable(name, value);

        public bool TryGetInput(string name, out JsonNode? value) => inner.TryGetInput(name, out value);

        public bool TryGetOutput(string activity, string output, out JsonNode? value) => inner.TryGetOutput(activity, output, out value);

        public void SetOutcomes(IReadOnlyList<string> outcomes) => Outcomes = outcomes;
    }
}
