using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Activities.BuiltIn;
using Kairship.Workflows.Execution;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;
using Microsoft.Extensions.Logging;

namespace Kairship.Workflows.Tests.Execution.Journaling;

/// <summary>A secret that is planted somewhere is in no line that people see, wherever it wanders.</summary>
public sealed class SecretTests
{
    private static readonly Gen<string> Secrets =
        from text in Gen.String[Gen.Char["abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789!$%&/+=-_\"'\\<>{}äß☸ "], 6, 40]
        select "Zq" + text.Trim() + "9#";

    [Fact]
    public Task PlantedSecret_WhateverItIs_IsNowhereForPeople() => (
        from secret in Secrets
        from way in Gen.Int[0, Ways.Length - 1]
        select (secret, way)).SampleAsync(async x => await PlantAsync(x.secret, Ways[x.way]), iter: 120);

    /// <summary>Definition and input for one way in which a secret comes into an instance.</summary>
    private static readonly Func<string, (string Definition, JsonObject Input)>[] Ways =
    [
        s => (Wander("getToken()", ("token", "String", s)), []),
        s => (Wander("getInput('apiKey')"), new JsonObject { ["apiKey"] = s }),
        s => (Wander("JSON.parse(getConfig()).database.connectionString", ("config", "Object", new JsonObject { ["database"] = new JsonObject { ["connectionString"] = s } }.ToJsonString())), []),
        s => (Wander("getPlain()", new JsonArray("plain"), ("plain", "String", s)), []),
        s => (Wander("JSON.parse(getManifest()).data.value", ("manifest", "Object", Manifest(s).ToJsonString())), []),
        s => (Def.Workflow("w", Def.Sequence("root", Login("login", Def.Literal(s)))), []),
        s => (Def.Workflow("w", Def.Sequence("root", Def.Effect("a", ("value", Def.Input("Object", new JsonObject { ["headers"] = new JsonObject { ["Authorization"] = "Bearer " + s } }.ToJsonString()))),
            Def.Event("wait", "go"))), []),
        s => (Def.Workflow("w", Def.Sequence("root", Def.WriteLine("first"), Def.Activity("Elsa.SetVariable", "set", ("variable", new JsonObject { ["id"] = "password", ["name"] = "password", ["typeName"] = "String" }),
            ("value", Def.Literal(s))), Def.Effect("a", ("value", Def.Js("'the word is ' + getPassword()"))), Def.Event("wait", "go")), ("password", "String", null)), []),
    ];

    private static async Task PlantAsync(string secret, Func<string, (string Definition, JsonObject Input)> way)
    {
        var log = new LogText();
        await using var engine = new WorkflowHarness(activities: [new Leaky()], logger: log);
        var (definition, input) = way(secret);
        await engine.ImportAsync(definition);
        var id = await engine.StartAsync("w", input);
        await engine.RunToRestAsync();
        await engine.EventAsync(id, "go", new JsonObject { ["password"] = secret, ["text"] = $"it is {secret}" });
        await engine.RunToRestAsync();
        await engine.Runtime.CancelAsync(id, CancellationToken.None);
        await engine.RunToRestAsync();

        var seen = new StringBuilder(log.Text);
        foreach (var line in (await engine.Store.ReadJournalAsync(id, new PageRequest(0, 1000), CancellationToken.None)).Items)
        {
            seen.AppendLine($"{line.Event} {line.Message} {Unescaped(line.Data)}");
        }

        var instance = await engine.InstanceAsync(id);
        var snapshot = InstanceSnapshot.Read(instance.State, await engine.Catalog.GetGraphAsync(instance.DefinitionVersionId, CancellationToken.None));
        seen.AppendLine(Unescaped(new JsonArray(snapshot.Input, snapshot.Output, snapshot.Variables).ToJsonString()));
        snapshot.Running.ToList().ForEach(r => seen.AppendLine($"{Unescaped(r.Inputs?.ToJsonString())} {string.Join(' ', r.WaitingFor)}"));
        snapshot.Incidents.ToList().ForEach(i => seen.AppendLine(i.Message));
        seen.ToString().Should().NotContain(secret).And.NotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)));
    }

    /// <summary>An expression whose value goes into inputs, outputs, a script, a note, a failure that is tried again, a fault.</summary>
    private static string Wander(string script, params (string, string, string?)[] variables) => Wander(script, null, variables);

    private static string Wander(string script, JsonArray? sensitive, params (string, string, string?)[] variables)
    {
        var json = (JsonObject)JsonNode.Parse(Def.Workflow("w", Def.Sequence("root",
            Def.Effect("plain", ("value", Def.Js(script))),
            Def.Effect("inside", ("value", Def.Js($"({{text: 'see ' + {script} + '!', list: [{script}]}})"))),
            Def.WriteLine("write", $"'it is ' + {script}"),
            Def.Activity("Elsa.RunJavaScript", "run", ("script", Def.Literal($"return {script} + ''"))),
            Def.Activity(Leaky.TypeName, "leaky", ("what", Def.Js(script))),
            Def.Activity("Elsa.SetOutput", "out", ("outputName", Def.Literal("result")), ("outputValue", Def.Js(script))),
            Def.Event("wait", "go"),
            Def.Activity("Elsa.Fault", "fault", ("message", Def.Js($"'broken by ' + {script}")))), variables))!;
        json["customProperties"] = new JsonObject { ["kairship:sensitive"] = sensitive };
        return json.ToJsonString();
    }

    private static JsonObject Manifest(string secret) => new() { ["kind"] = "Secret", ["data"] = new JsonObject { ["value"] = secret }, ["metadata"] = new JsonObject { ["name"] = "s" } };

    private static JsonObject Login(string id, JsonObject what) => Def.Activity(Leaky.TypeName, id, ("hidden", what), ("what", Def.Literal("x")));

    private static string? Unescaped(string? json) => json is null ? null : string.Join('\n', Texts(JsonNode.Parse(json))) + json;

    private static IEnumerable<string> Texts(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(p => Texts(p.Value).Prepend(p.Key)),
        JsonArray list => list.SelectMany(Texts),
        JsonValue v when v.TryGetValue<string>(out var text) => [text],
        _ => [],
    };

    /// <summary>Tells what it was given wherever it can.</summary>
    private sealed class Leaky : EffectActivity
    {
        public const string TypeName = "Test.Leaky";

        public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor.Create(TypeName, "Test", "Tells all.")
            .WithInput(new InputDescriptor("What", "Object"))
            .WithInput(new InputDescriptor("Hidden", "String", IsSensitive: true))
            .WithOutput(new OutputDescriptor("Result", "Object"));

        public override ValueTask<ActivityResult> ExecuteAsync(EffectContext context, CancellationToken cancellationToken)
        {
            var told = $"{context.Text("What")} and {context.Text("Hidden")}";
            context.Note($"I was told {told}", new JsonObject { ["what"] = told });
            return context.Attempt == 1
                ? throw new InvalidOperationException($"cannot use {told}")
                : ValueTask.FromResult(ActivityResult.Done(new JsonObject { ["Result"] = told }));
        }
    }

    private sealed class LogText : ILogger<WorkflowRuntime>
    {
        private readonly StringBuilder text = new();

        public string Text => text.ToString();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (text)
            {
                text.AppendLine(formatter(state, exception)).AppendLine(exception?.ToString());
            }
        }
    }
}
