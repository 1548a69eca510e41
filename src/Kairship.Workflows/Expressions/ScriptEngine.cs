using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Jint;
using Jint.Native;
using Jint.Runtime;
using Jint.Runtime.Descriptors;
using Jint.Runtime.Interop;

namespace Kairship.Workflows.Expressions;

/// <summary>One Jint engine with what Kairship's scripts may use. Not thread-safe: the pool gives it to one evaluation at a time.</summary>
internal sealed class ScriptEngine : IDisposable
{
    private readonly ExpressionLimits limits;
    private readonly Engine engine;
    private readonly GlobalSnapshot clean;
    private IExpressionScope scope = null!;

    public ScriptEngine(ExpressionLimits limits)
    {
        this.limits = limits;
        engine = new Engine(Configure);
        ScriptGuards.Install(engine, limits);
        InstallFunctions();
        clean = engine.Advanced.CaptureGlobalSnapshot();
    }

    public int Runs { get; private set; }

    /// <exception cref="ExpressionException">The script failed or ran past a limit. The engine must not be used again.</exception>
    public JsonNode? Run(PreparedScript script, IExpressionScope running)
    {
        Runs++;
        scope = running;
        try
        {
            foreach (var name in script.FreeNames)
            {
                InstallAccessor(name);
            }

            // All jobs have run when this returns: nothing is left that could settle a promise later, so there is nothing to wait for.
            var result = engine.Evaluate(script.Script).UnwrapIfPromise(new CancellationToken(canceled: true));
            return ScriptValues.ToJson(result, limits);
        }
        catch (Exception e)
        {
            throw ScriptFailure.Explain(e, limits);
        }
        finally
        {
            scope = null!;
        }
    }

    /// <summary>Takes back what <see cref="Run"/> installed. Only sound after a script that leaves no trace.</summary>
    public void Restore() => engine.Advanced.RestoreGlobalSnapshot(clean);

    public void Dispose() => engine.Dispose();

    private void Configure(Options options)
    {
        options.DisableStringCompilation();
        options.MaxStatements(limits.Statements);
        options.LimitMemory(limits.Memory);
        options.LimitRecursion(limits.Recursion);
        options.TimeoutInterval(limits.Time);
        options.Constraints.RegexTimeout = limits.Time;
        options.Constraints.PromiseTimeout = limits.Time;
        options.Constraints.MaxArraySize = limits.ArrayLength;
        options.Constraints.StackOverflowGuard = true;
        options.AgentCanSuspend = false;
        options.Culture = CultureInfo.InvariantCulture;
        options.TimeSystem = new ScopeClock(this);
    }

    private void InstallFunctions()
    {
        Define("getVariable", a => Variable(Name(a, 0)));
        Define("setVariable", a => SetVariable(Name(a, 0), At(a, 1)));
        Define("getInput", a => Input(Name(a, 0)) ?? JsValue.Null);
        Define("getOutputFrom", a => Output(Name(a, 0), a.Length > 1 ? Name(a, 1) : "Result") ?? JsValue.Null);
        Define("getLastResult", _ => ToScript(scope.LastResult));
        Define("getCorrelationId", _ => scope.CorrelationId is { } id ? new JsString(id) : JsValue.Null);
        Define("getWorkflowInstanceId", _ => new JsString(scope.InstanceId));
        Define("getWorkflowDefinitionId", _ => new JsString(scope.DefinitionId));
        Define("getWorkflowDefinitionVersion", _ => JsNumber.Create(scope.DefinitionVersion));
        Define("toJson", a => new JsString(ScriptValues.ToJson(At(a, 0), limits)?.ToJsonString() ?? "null"));
        Define("parseJson", a => ToScript(ParseJson(Name(a, 0))));
        Define("isNullOrEmpty", a => Truth(At(a, 0) is var v && (v.IsNull() || v.IsUndefined() || v.ToString().Length == 0)));
        Define("isNullOrWhiteSpace", a => Truth(At(a, 0) is var v && (v.IsNull() || v.IsUndefined() || string.IsNullOrWhiteSpace(v.ToString()))));
        Define("setOutcome", a => SetOutcomes([Name(a, 0)]));
        Define("setOutcomes", a => SetOutcomes([.. (ScriptValues.ToJson(At(a, 0), limits) as JsonArray ?? []).Select(TypedValue.Text)]));
        Constant(ScriptNames.Variables, new ScopeObject(engine, Find, (name, value) => scope.TrySetVariable(name, ScriptValues.ToJson(value, limits)), () => scope.VariableNames));
        Constant(ScriptNames.Input, new ScopeObject(engine, Input, null, () => scope.InputNames));
    }

    private void InstallAccessor(string name)
    {
        if (ScriptNames.IsGetter(name, out var variable))
        {
            Define(name, _ => Find(variable) ?? OutputNamed(variable) ?? throw Missing(variable));
        }
        else if (ScriptNames.IsSetter(name, out variable))
        {
            Define(name, a => SetVariable(variable, At(a, 0)));
        }
    }

    private void Define(string name, Func<JsValue[], JsValue> function) =>
        Constant(name, new ClrFunction(engine, name, (_, arguments) => function(arguments)));

    private void Constant(string name, JsValue value) =>
        engine.Global.FastSetProperty(name, new PropertyDescriptor(value, writable: true, enumerable: false, configurable: true));

    private JsValue? Find(string name) => scope.TryGetVariable(name, out var value) ? ToScript(value) : null;

    private JsValue Variable(string name) => Find(name) ?? throw Missing(name);

    private JsValue? Input(string name) => scope.TryGetInput(name, out var value) ? ToScript(value) : null;

    private JsValue? Output(string activity, string output) => scope.TryGetOutput(activity, output, out var value) ? ToScript(value) : null;

    private JsValue? OutputNamed(string variable) =>
        ScriptNames.OutputReads(variable).Select(read => Output(read.Activity, read.Output)).FirstOrDefault(value => value is not null);

    private JsValue SetVariable(string name, JsValue value)
    {
        var json = ScriptValues.ToJson(value, limits);
        return scope.TrySetVariable(name, json) ? JsValue.Undefined : throw Missing(name);
    }

    private JsValue SetOutcomes(IReadOnlyList<string> outcomes)
    {
        if (scope is not IScriptOutcomes target)
        {
            throw new ExpressionException("setOutcome can only be used in the script of a Run JavaScript activity.");
        }

        target.SetOutcomes(outcomes);
        return JsValue.Undefined;
    }

    private static JsonNode? ParseJson(string json)
    {
        try
        {
            return TypedValue.Parse(json);
        }
        catch (JsonException e)
        {
            throw new ExpressionException($"parseJson: the text is not JSON: {e.Message}", e);
        }
    }

    private static JsBoolean Truth(bool value) => value ? JsBoolean.True : JsBoolean.False;

    private JsValue ToScript(JsonNode? node) => ScriptValues.ToScript(engine, node);

    private static JsValue At(JsValue[] arguments, int index) => index < arguments.Length ? arguments[index] : JsValue.Undefined;

    private static string Name(JsValue[] arguments, int index) => TypeConverter.ToString(At(arguments, index));

    private static ExpressionException Missing(string name) => new($"There is no variable '{name}' here.");

    /// <summary>Scripts see the time of the transition they belong to, in UTC.</summary>
    private sealed class ScopeClock(ScriptEngine owner) : DefaultTimeSystem(TimeZoneInfo.Utc, CultureInfo.InvariantCulture)
    {
        public override DateTimeOffset GetUtcNow() => owner.scope.Now;
    }
}
