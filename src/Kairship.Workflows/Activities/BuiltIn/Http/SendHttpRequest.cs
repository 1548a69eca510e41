using System.Text.Json.Nodes;

namespace Kairship.Workflows.Activities.BuiltIn.Http;

/// <summary>
/// Sends a request. What is not GET, HEAD or OPTIONS carries the execution's key as Idempotency-Key, the same on every attempt. With EnableResiliency a busy, failing or
/// unreachable server is asked again after the engine's durable back-off; what is left after the last attempt is treated like any answer.
/// </summary>
internal abstract class HttpRequestActivity(OutboundHttp http) : EffectActivity
{
    public override async ValueTask<ActivityResult> ExecuteAsync(EffectContext context, CancellationToken cancellationToken)
    {
        using var request = HttpRequestInputs.Request(context);
        var answer = await http.SendAsync(request, context.Time, cancellationToken);
        if (answer.Failure == HttpFailure.Refused)
        {
            return ActivityResult.Fail("Http", answer.Message!);
        }

        if (InputValues.Flag(context.Inputs["EnableResiliency"]) && IsTransient(answer) && !context.IsLastAttempt)
        {
            return ActivityResult.Retry("Http", answer.Message ?? $"{request.RequestUri!.Authority} answered {answer.Status}.", answer.RetryAfter);
        }

        context.Note(answer.Message ?? $"{request.Method} {request.RequestUri!.Authority}: {answer.Status}");
        return answer.Failure == HttpFailure.None ? Answered(context, answer.Status, Outputs(answer)) : NotAnswered(answer.Failure);
    }

    protected abstract ActivityResult Answered(EffectContext context, int status, JsonObject outputs);

    protected abstract ActivityResult NotAnswered(HttpFailure failure);

    private static bool IsTransient(HttpAnswer answer) => answer.Failure != HttpFailure.None || answer.Status is 408 or 429 or >= 500;

    private static JsonObject Outputs(HttpAnswer answer) => new()
    {
        ["StatusCode"] = answer.Status,
        ["ParsedContent"] = answer.Content,
        ["ResponseHeaders"] = answer.Headers,
        ["Result"] = new JsonObject { ["statusCode"] = answer.Status, ["isSuccessStatusCode"] = answer.Status is >= 200 and < 300 },
    };
}

/// <summary>Runs the activity of the status code that came, or UnmatchedStatusCode, FailedToConnect or Timeout.</summary>
internal sealed class SendHttpRequest(OutboundHttp http) : HttpRequestActivity(http)
{
    public override ActivityDescriptor Descriptor { get; } = HttpRequestInputs
        .AddTo(ActivityDescriptor.Create("Elsa.SendHttpRequest", "HTTP", "Send an HTTP request.")
            .WithInput(new InputDescriptor("ExpectedStatusCodes", "Object",
                "A list of expected status codes to handle and the corresponding activity to execute when the status code matches.", "http-status-codes", IsWrapped: false)))
        .WithEmbedded("UnmatchedStatusCode", "FailedToConnect", "Timeout") with { DisplayName = "HTTP Request", Kind = ActivityKind.Task };

    protected override ActivityResult Answered(EffectContext context, int status, JsonObject outputs) =>
        ActivityResult.RunEmbedded(IsExpected(context, status) ? $"{status}" : "UnmatchedStatusCode", outputs);

    protected override ActivityResult NotAnswered(HttpFailure failure) => ActivityResult.RunEmbedded(failure == HttpFailure.Timeout ? "Timeout" : "FailedToConnect");

    private static bool IsExpected(EffectContext context, int status) =>
        InputValues.List(context.Inputs["ExpectedStatusCodes"]).Any(c => (c as JsonObject)?.Any(p =>
            p.Key.Equals("statusCode", StringComparison.OrdinalIgnoreCase) && InputValues.Text(p.Value) == $"{status}") == true);
}

/// <summary>Leaves by the status code (or "Unmatched status code") and Done, or by "Failed to connect" or "Timeout".</summary>
internal sealed class FlowSendHttpRequest(OutboundHttp http) : HttpRequestActivity(http)
{
    public override ActivityDescriptor Descriptor { get; } = HttpRequestInputs
        .AddTo(ActivityDescriptor.Create("Elsa.FlowSendHttpRequest", "HTTP", "Send an HTTP request.")
            .WithInput(new InputDescriptor("ExpectedStatusCodes", "List<Int32>", "A list of expected status codes to handle.", "multitext", "[200]", Order: 5.1f)))
        with { DisplayName = "HTTP Request (flow)", Kind = ActivityKind.Task };

    protected override ActivityResult Answered(EffectContext context, int status, JsonObject outputs)
    {
        var expected = InputValues.Texts(context.Inputs["ExpectedStatusCodes"]);
        return expected.Count == 0
            ? ActivityResult.Done(outputs)
            : ActivityResult.Leave([expected.Contains($"{status}") ? $"{status}" : "Unmatched status code", "Done"], outputs);
    }

    protected override ActivityResult NotAnswered(HttpFailure failure) => ActivityResult.Leave(failure == HttpFailure.Timeout ? "Timeout" : "Failed to connect");
}
