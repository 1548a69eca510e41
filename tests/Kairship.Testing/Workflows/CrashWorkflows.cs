using System.Text.Json.Nodes;

namespace Kairship.Testing.Workflows;

/// <summary>Workflows that have something of everything: for crash tests on each store.</summary>
public static class CrashWorkflows
{
    /// <summary>Plan, wait for the event "approve" (its payload becomes the output "approved"), apply to three items in parallel, check in a loop of two with a delay, two
    /// branches of which one is retried and one polls, join, notify.</summary>
    public static string Release { get; } = Def.Workflow("release", Def.Flowchart("root",
        [
            Def.Effect("plan", ("value", Def.Literal("p"))),
            Def.Event("approve", "approve", "answer"),
            Def.Activity("Elsa.ParallelForEach", "waves", ("items", Def.Input("Object", "[\"a\",\"b\",\"c\"]")),
                ("body", Def.Effect("apply", ("value", Def.Js("getCurrentValue()"))))),
            Def.Effect("check", ("value", Def.Js("getRound()"))),
            Def.Delay("soak", "00:00:30"),
            Def.SetVariable("count", "round", "getRound() + 1"),
            Def.Decision("again", "getRound() < 2"),
            Def.Fork("fork", "L", "R"),
            Def.Effect("left", ("value", Def.Literal("l")), ("fail", Def.Literal("2"))),
            Def.Effect("right", ("value", Def.Literal("r")), ("poll", Def.Literal("2", "Int32"))),
            Def.Join("join", "WaitAll"),
            Def.Activity("Elsa.SetOutput", "out", ("outputName", Def.Literal("approved")), ("outputValue", Def.Js("getAnswer()"))),
            Def.Effect("notify", ("value", Def.Js("getRound()"))),
        ],
        "plan -> approve", "approve -> waves", "waves -> check", "check -> soak", "soak -> count", "count -> again", "again.True -> check", "again.False -> fork",
        "fork.L -> left", "fork.R -> right", "left -> join", "right -> join", "join -> out", "out -> notify"), ("round", "Int32", "0"), ("answer", "Object", null));
}
