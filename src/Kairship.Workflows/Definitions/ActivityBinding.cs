using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Definitions;

/// <summary>Binds the properties of one activity in a definition to the inputs and outputs of its descriptor.</summary>
internal sealed class ActivityBinding(Compilation run, JsonObject json, string id, ActivityDescriptor descriptor, VariableScope scope)
{
    public IReadOnlyDictionary<string, CompiledExpression> Inputs()
    {
        var inputs = new Dictionary<string, CompiledExpression>();
        foreach (var input in descriptor.Inputs.Where(i => i.IsWrapped))
        {
            var property = PropertyOf(input.Name);
            var compiled = Wrapped(input, property, DefinitionJson.Find(json, property), out var isBroken);
            if (compiled is null or ConstantExpression { Value: null } && input.DefaultValue is not null && !isBroken)
            {
                compiled = run.Expression(id, property, "Literal", JsonValue.Create(input.DefaultValue), input.TypeName, scope);
            }

            var isEmpty = compiled is null or ConstantExpression { Value: null }
                || compiled is ConstantExpression { Value: { } value } && value.GetValueKind() == JsonValueKind.String && TypedValue.Text(value).Length == 0;
            if (input.IsRequired && isEmpty && !isBroken)
            {
                Missing(input, property, $"{{\"typeName\": \"{input.TypeName}\", \"expression\": {{\"type\": \"Literal\", \"value\": \"...\"}}}}");
            }

            if (compiled is not null)
            {
                inputs[input.Name] = compiled;
            }
        }

        return inputs;
    }

    public IReadOnlyDictionary<string, JsonNode> PlainInputs()
    {
        var inputs = new Dictionary<string, JsonNode>();
        foreach (var input in descriptor.Inputs.Where(i => !i.IsWrapped))
        {
            var property = PropertyOf(input.Name);
            var value = DefinitionJson.Find(json, property)?.DeepClone() ?? Default(input);
            if (value is not null)
            {
                inputs[input.Name] = value;
            }
            else if (input.IsRequired)
            {
                Missing(input, property, "a value");
            }

            if (input.UIHint == "variable-picker" && value is not null && scope.Find(value) is null)
            {
                run.Error(id, property, ProblemCode.UnknownVariable, $"There is no variable {Shown(value)}. {scope.Describe()}");
            }
        }

        return inputs;
    }

    /// <summary>Outputs that a variable takes, by output name to variable id.</summary>
    public IReadOnlyDictionary<string, string> Outputs()
    {
        var outputs = new Dictionary<string, string>();
        foreach (var output in descriptor.Outputs)
        {
            var property = PropertyOf(output.Name);
            if (DefinitionJson.Find(json, property) is not { } value)
            {
                continue;
            }

            var reference = (value as JsonObject)?["memoryReference"];
            var target = DefinitionJson.Text((reference as JsonObject)?["id"]);
            if (target is null)
            {
                if (value is not JsonObject || reference is not null)
                {
                    run.Error(id, property, ProblemCode.Shape, "An output is {\"typeName\": \"...\", \"memoryReference\": {\"id\": \"<variable id>\"}} or null.");
                }
            }
            else if (scope.Find(target) is { } variable)
            {
                outputs[output.Name] = variable.Id;
            }
            else if (!target.Contains(":output-", StringComparison.Ordinal))
            {
                // Elsa gives outputs that nobody takes a block of their own, "<activity>:output-1".
                run.Error(id, property, ProblemCode.UnknownVariable, $"Output '{output.Name}' goes to a variable with the id '{target}', which does not exist. {scope.Describe()}");
            }
        }

        return outputs;
    }

    /// <summary>The cases of a Switch or FlowSwitch; <paramref name="build"/> compiles the activity of a case.</summary>
    public IReadOnlyList<SwitchCase> Cases(Func<JsonObject, ActivityNode?> build)
    {
        if (!descriptor.Inputs.Any(i => !i.IsWrapped && i.Name.Equals("Cases", StringComparison.OrdinalIgnoreCase))
            || DefinitionJson.Find(json, "cases") is not { } value)
        {
            return [];
        }

        if (value is not JsonArray items)
        {
            run.Error(id, "cases", ProblemCode.Shape, "'cases' must be a list of {\"label\": \"...\", \"condition\": {\"type\": \"JavaScript\", \"value\": \"...\"}}.");
            return [];
        }

        if (items.Count > Compilation.MaxDeclared)
        {
            run.Error(id, "cases", ProblemCode.TooMany, $"The switch has {items.Count} cases: at most {Compilation.MaxDeclared}.");
            return [];
        }

        var cases = new List<SwitchCase>();
        for (var i = 0; i < items.Count; i++)
        {
            if (Case(items[i] as JsonObject, $"cases[{i}]", cases, build) is { } one)
            {
                cases.Add(one);
            }
        }

        return cases;
    }

    /// <summary>The activities of SendHttpRequest's expected status codes, by code.</summary>
    public IEnumerable<(string Code, ActivityNode Activity)> StatusCodes(Func<JsonObject, ActivityNode?> build)
    {
        if (descriptor.Inputs.FirstOrDefault(i => i.UIHint == "http-status-codes") is not { } input || DefinitionJson.Find(json, PropertyOf(input.Name)) is not { } value)
        {
            yield break;
        }

        var property = PropertyOf(input.Name);
        var seen = new HashSet<int>();
        var items = value as JsonArray ?? [];
        if (value is not JsonArray || items.Count > Compilation.MaxDeclared)
        {
            run.Error(id, property, ProblemCode.Shape, $"'{property}' must be a list of at most {Compilation.MaxDeclared} {{\"statusCode\": 200, \"activity\": {{...}}}}.");
            yield break;
        }

        for (var i = 0; i < items.Count; i++)
        {
            var item = items[i] as JsonObject ?? [];
            var activity = DefinitionJson.Find(item, "activity") is JsonObject child ? build(child) : null;
            if (!int.TryParse(TypedValue.Text(DefinitionJson.Find(item, "statusCode")), out var code) || code is < 100 or > 599 || !seen.Add(code))
            {
                run.Error(id, $"{property}[{i}].statusCode", ProblemCode.Shape, "A status code is a number from 100 to 599, each at most once.");
            }
            else if (activity is not null)
            {
                yield return ($"{code}", activity);
            }
        }
    }

    private SwitchCase? Case(JsonObject? item, string at, List<SwitchCase> before, Func<JsonObject, ActivityNode?> build)
    {
        var activity = item?["activity"] is JsonObject child ? build(child) : null;
        var label = DefinitionJson.Text(item?["label"]);
        if (item is null || string.IsNullOrEmpty(label) || item["condition"] is not JsonObject condition)
        {
            run.Error(id, at, ProblemCode.Shape, "A case is {\"label\": \"...\", \"condition\": {\"type\": \"JavaScript\", \"value\": \"...\"}}.");
            return null;
        }

        if (before.Select(c => c.Label).Append("Default").Contains(label, StringComparer.OrdinalIgnoreCase))
        {
            run.Error(id, $"{at}.label", ProblemCode.DuplicateName, $"The label '{label}' is taken: labels of cases are unique and not 'Default'.");
            return null;
        }

        var compiled = Expression("Boolean", $"{at}.condition", condition);
        return compiled is null ? null : new SwitchCase(label, compiled, activity);
    }

    private CompiledExpression? Wrapped(InputDescriptor input, string property, JsonNode? value, out bool isBroken)
    {
        isBroken = false;
        if (value is null)
        {
            return null;
        }

        if (value is not JsonObject o || o.Count > 0 && !o.ContainsKey("expression") && !o.ContainsKey("typeName") && !o.ContainsKey("memoryReference"))
        {
            isBroken = true;
            run.Error(id, property, ProblemCode.Shape,
                $"Input '{property}' must be {{\"typeName\": \"{input.TypeName}\", \"expression\": {{\"type\": \"Literal\", \"value\": {Shown(value)}}}}} or null.");
            return null;
        }

        if (o["expression"] is not JsonObject expression)
        {
            return null;
        }

        var compiled = Expression(input.TypeName, property, expression, input);
        isBroken = compiled is null;
        return compiled;
    }

    private CompiledExpression? Expression(string typeName, string property, JsonObject expression, InputDescriptor? input = null)
    {
        var type = DefinitionJson.Text(expression["type"]) ?? "Literal";
        var value = expression["value"];

        if (input is { UIHint: "code-editor" } && FlowchartSemantics.RunsScript(descriptor))
        {
            return ScriptToRun(property, type, value);
        }

        if (type.Equals("Variable", StringComparison.OrdinalIgnoreCase))
        {
            if (scope.Find(value) is not { } variable)
            {
                run.Error(id, property, ProblemCode.UnknownVariable, $"There is no variable {Shown(value)}. {scope.Describe()}");
                return null;
            }

            value = JsonValue.Create(variable.Name);
        }
        else if (type.Equals("Input", StringComparison.OrdinalIgnoreCase) && !IsDeclaredInput(value))
        {
            run.Error(id, property, ProblemCode.UnknownInput, $"The workflow declares no input {Shown(value)}. Declared: {string.Join(", ", run.InputNames)}.");
            return null;
        }

        var itemKey = DefinitionJson.Text(((DefinitionJson.Find(json, "defaultItemInputKey") as JsonObject)?["expression"] as JsonObject)?["value"]);
        var given = FlowchartSemantics.GivenTo(descriptor, input, itemKey);
        return run.Expression(id, property, type, value, typeName, given.Count == 0 ? scope : scope.With(given));
    }

    /// <summary>The script of Run JavaScript is text, whichever syntax the designer stored it under: the activity runs it. It is compiled here to be checked.</summary>
    private ConstantExpression? ScriptToRun(string property, string type, JsonNode? value)
    {
        if (!type.Equals("Literal", StringComparison.OrdinalIgnoreCase) && !type.Equals("JavaScript", StringComparison.OrdinalIgnoreCase))
        {
            run.Error(id, property, ProblemCode.Expression, "The script to run is given as text: use the expression type JavaScript.");
            return null;
        }

        return run.Expression(id, property, "JavaScript", value, "Object", scope) is null ? null : new ConstantExpression(value);
    }

    private bool IsDeclaredInput(JsonNode? value) =>
        (value is JsonObject o ? DefinitionJson.Text(DefinitionJson.Find(o, "name")) : DefinitionJson.Text(value)) is { } name && run.InputNames.Contains(name);

    private JsonNode? Default(InputDescriptor input)
    {
        try
        {
            return input.DefaultValue is null ? null : TypedValue.Convert(JsonValue.Create(input.DefaultValue), input.TypeName);
        }
        catch (ExpressionException e)
        {
            run.Error(id, PropertyOf(input.Name), ProblemCode.Expression, e.Message);
            return null;
        }
    }

    private void Missing(InputDescriptor input, string property, string expected) =>
        run.Error(id, property, ProblemCode.MissingInput, $"Input '{property}' of {descriptor.TypeName} is required: expected {expected}.");

    private static string PropertyOf(string name) => JsonNamingPolicy.CamelCase.ConvertName(name);

    private static string Shown(JsonNode? value) => value switch
    {
        null => "null",
        JsonObject o when DefinitionJson.Text(DefinitionJson.Find(o, "name")) is { } name => $"'{name}'",
        _ => value.ToJsonString() is { Length: > 60 } text ? text[..57] + "..." : value.ToJsonString(),
    };
}
