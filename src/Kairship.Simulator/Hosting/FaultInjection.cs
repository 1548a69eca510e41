using System.Globalization;
using Kairship.Simulator.Faults;
using Kairship.Simulator.Objects;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Kairship.Simulator.Hosting;

/// <summary>Counts requests and lets the cluster's faults happen to them, in front of the API. What happens to whole connections is <see cref="ConnectionFaults"/>.</summary>
internal sealed class FaultInjection(ClusterFaults faults, TimeProvider clock)
{
    private long _requests;
    private long _mutating;

    public long Requests => Volatile.Read(ref _requests);

    public long MutatingRequests => Volatile.Read(ref _mutating);

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        Count(context.Request);
        var settings = faults.Settings;
        if (settings.ClockSkewSeconds != 0)
        {
            context.Response.Headers.Date = clock.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);
        }

        if (!await MayPass(context))
        {
            ResetConnection(context);
            return;
        }

        var (kind, afterEffect) = faults.Draw();
        if (kind == FaultKind.Reset)
        {
            if (afterEffect && !IsWatch(context.Request))
            {
                context.Response.Body = Stream.Null;
                await next(context);
            }

            ResetConnection(context);
        }
        else if (Refusal(kind, settings) is { } refusal)
        {
            if (refusal.RetryAfterSeconds is { } seconds)
            {
                context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            }

            await Answer.Status(context, refusal);
        }
        else
        {
            if (IsWatch(context.Request))
            {
                context.Response.Body = new DelayedStream(context.Response.Body, faults, clock);
            }

            await next(context);
        }
    }

    private static ApiException? Refusal(FaultKind kind, FaultSettings settings) => kind switch
    {
        FaultKind.TooManyRequests => new(429, "TooManyRequests", "Too many requests, please try again later.", new() { ["retryAfterSeconds"] = settings.RetryAfterSeconds })
        {
            RetryAfterSeconds = settings.RetryAfterSeconds,
        },
        FaultKind.InternalError => new(500, "InternalError", "Internal error occurred: simulated fault"),
        FaultKind.Unavailable => new(503, "ServiceUnavailable", "the server is currently unable to handle the request") { RetryAfterSeconds = settings.RetryAfterSeconds },
        _ => null,
    };

    private async Task<bool> MayPass(HttpContext context)
    {
        try
        {
            if (faults.DrawDelay() is { } delay)
            {
                await Task.Delay(delay, clock, context.RequestAborted);
            }

            return !faults.Settings.IsCut;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private void Count(HttpRequest request)
    {
        Interlocked.Increment(ref _requests);
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && !HttpMethods.IsOptions(request.Method)
            && !request.Query.ContainsKey("dryRun"))
        {
            Interlocked.Increment(ref _mutating);
        }
    }

    private static bool IsWatch(HttpRequest request) =>
        request.Query.TryGetValue("watch", out var watch) && watch.ToString() is not ("" or "0" or "false");

    /// <summary>Ends the whole connection, as a broken network does: with HTTP/2 all its streams go.</summary>
    private static void ResetConnection(HttpContext context)
    {
        try
        {
            if (context.Features.Get<IConnectionSocketFeature>() is { } transport)
            {
                // Close with RST instead of FIN.
                transport.Socket.LingerState = new System.Net.Sockets.LingerOption(enable: true, 0);
            }

            context.Features.Get<IConnectionLifetimeFeature>()?.Abort();
        }
        catch (ObjectDisposedException)
        {
            // The client was faster.
        }

        context.Abort();
    }
}
