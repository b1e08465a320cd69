using System.Runtime.InteropServices;
using TraceDashboard.Core.Pricing;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Storage;

/// <summary>What follows for each span of a trace from the others: whether it counts, and what they know of its call beside itself.</summary>
internal static class CallLayers
{
    /// <summary>Brings the spans of one trace up to date with each other.</summary>
    /// <returns>The indices of those that it changed.</returns>
    public static List<int> Settle(List<SpanFacts> spans, PriceBook prices)
    {
        var counts = CallCounting.Count(spans);
        Dictionary<int, List<SpanFacts>>? outer = null; // nearly always there are none
        for (var i = 0; i < counts.Length; i++)
        {
            if (counts[i] != CallCounting.None && counts[i] != i)
                (CollectionsMarshal.GetValueRefOrAddDefault(outer ??= [], counts[i], out _) ??= []).Add(spans[i]);
        }

        var changed = new List<int>();
        for (var i = 0; i < counts.Length; i++)
        {
            var isCounted = counts[i] == i;
            var layers = isCounted && outer?.GetValueOrDefault(i) is { } others ? Of(spans[i], others, prices) : null;
            if ((spans[i].Counted, spans[i].Layers) == (isCounted, layers))
                continue;
            spans[i] = spans[i] with { Counted = isCounted, Layers = layers };
            changed.Add(i);
        }

        return changed;
    }

    /// <summary>What a call costs by what all layers know of it.</summary>
    public static Cost Price(LayeredCall call, SpanFacts counted, PriceBook prices) => prices.Price(
        call.Provider, call.Model, call.RequestModel, call.Usage, call.ServiceTier, UnixNanos.ToDateTimeOffset(counted.StartTime ?? counted.ReceivedAt));

    /// <summary>Null when the counting span knows it all by itself.</summary>
    private static LayeredCall? Of(SpanFacts counted, List<SpanFacts> others, PriceBook prices)
    {
        var alone = LayeredCall.Of([counted]);
        var call = LayeredCall.Of([counted, .. others.Order(Comparer<SpanFacts>.Create(SpanOrder.Compare)).Reverse()]);
        if (call.Cost.Source == CostSource.Unknown)
        {
            // What was computed stays until calls are priced again.
            var known = new[] { alone with { Cost = counted.Cost }, counted.Layers }
                .FirstOrDefault(k => k is { Cost.Source: CostSource.Computed or CostSource.Unknown } && k.Priced == call.Priced);
            call = call with { Cost = known?.Cost ?? Price(call, counted, prices) };
        }

        return call == alone with { Cost = counted.Cost } ? null : call;
    }
}
