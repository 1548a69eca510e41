using Kairship.Workflows.Activities.BuiltIn.Http;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Activities.BuiltIn;

/// <summary>The Elsa.* activities that the engine brings along.</summary>
public static class BuiltInActivities
{
    /// <param name="http">Null: a pool of connections of its own, with the default limits.</param>
    public static IReadOnlyList<Activity> Create(ExpressionCompiler expressions, OutboundHttp? http = null)
    {
        http ??= new OutboundHttp();
        return
        [
            new Flowchart(), new Sequence(), new Parallel(), new Fork(),
            new FlowFork(), new FlowJoin(), new FlowDecision(), new FlowSwitch(), new If(), new Switch(),
            new ForEach(), new ParallelForEach(), new For(), new While(), new Break(),
            new SetVariable(), new SetOutput(), new SetName(), new Correlate(), new WriteLine(), new RunJavaScript(expressions),
            new Start(), new End(), new Finish(), new Complete(), new Fault(),
            new Delay(), new Timer(), new Cron(), new StartAt(), new Event(), new PublishEvent(),
            new DispatchWorkflow(), new ExecuteWorkflow(), new BulkDispatchWorkflows(), new RunTask(),
            new SendHttpRequest(http), new FlowSendHttpRequest(http), new HttpEndpoint(), new WriteHttpResponse(),
        ];
    }
}
