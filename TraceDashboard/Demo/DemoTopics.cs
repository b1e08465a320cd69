namespace TraceDashboard.Demo;

/// <summary>What the demo's programs talk about.</summary>
internal static class DemoTopics
{
    public static IReadOnlyList<DemoTopic> Support { get; } =
    [
        new("Where is my order {order}? It was supposed to be here on {day}.",
            "Your order {order} left our warehouse in {city} and is with the carrier. The last scan was this morning, so it should reach you within {n} working days. I am sorry that it is later than we said. Shall I send you a message when it is out for delivery?",
            "order {order}: packed, handed to carrier in {city}, last scan 06:42"),
        new("Can I still change the delivery address of {order}?",
            "Yes, {order} has not been packed yet. Tell me the new address with postcode, and I change it at once. The delivery date stays the same.",
            "order {order}: paid, not packed"),
        new("The zip of the {product} broke after {n} weeks. What now?",
            "That should not happen. The {product} has a warranty of two years, so we repair or replace it free of charge. Please send me a photo of the zip and your order number, and I will make the return label.",
            "warranty: zips, seams and buckles, 24 months"),
        new("Which size of the {product} should I take? I am 182 cm and usually wear M.",
            "For 182 cm most people take L in the {product}, because it is cut a little short. If you like it close-fitting, M works as well. You can send back the one that does not fit within 30 days.",
            "size table of {product}: M 172-180, L 180-188"),
        new("Do you ship the {product} to {city}, and what does it cost?",
            "Yes, we deliver to {city}. Up to 5 kg it is {amount} EUR, and free from 80 EUR on. It takes {n} to 14 days.",
            "shipping table, zone 2"),
        new("I paid twice for {order}. Please check.",
            "I see two payments of {amount} EUR for {order}; the second one was already cancelled and goes back to your card. Depending on your bank that takes 3 to {days} days. You do not need to do anything.",
            "payments of {order}: {amount} EUR captured, {amount} EUR voided"),
        new("Is the {product} waterproof enough for {n} days of rain?",
            "The {product} is waterproof to 10,000 mm and its seams are taped, so rain for {n} days is fine when you air it in between. For a heavy backpack I would take the version with reinforced shoulders.",
            "{product}: water column 10,000 mm, taped seams"),
        new("Danke, und wie lange ist die Rückgabefrist für {product}?",
            "Sie können {product} innerhalb von 30 Tagen zurückgeben, ungetragen und mit Etikett. Das Rücksendeetikett finden Sie in Ihrem Konto unter „Bestellungen“.",
            "returns: 30 days, unworn, label attached"),
        new("¿Puedo cambiar el color de {product} en el pedido {order}?",
            "Sí, el pedido {order} todavía no está preparado. Tenemos {product} en verde, gris y azul. ¿Cuál prefiere?",
            "order {order}: paid, not packed; colours green, grey, blue"),
        new("My voucher for {amount} EUR is not accepted.",
            "The voucher is valid, but it counts from an order value of {amount} EUR without shipping, and your basket is just below that. One small thing more and it will be taken.",
            "voucher: minimum order value, valid until {day}"),
    ];

    public static IReadOnlyList<DemoTopic> Knowledge { get; } =
    [
        new("How long do we keep invoices, and where?",
            "Invoices are kept for ten years in the archive of the accounting system; drafts are deleted after {days} days [1]. Access is by request to finance [2].",
            "Retention policy, section 4: invoices and credit notes are kept for ten years from the end of the year in which they were issued."),
        new("What is our travel allowance for {city}?",
            "The allowance for {city} is {amount} EUR a day from the second day on, half of it on arrival and departure [1].",
            "Travel guideline, table 2: daily allowances by city and length of stay."),
        new("Who approves purchases above {amount} EUR?",
            "Above {amount} EUR the head of the department and finance approve together [1]. Recurring contracts always need both, whatever the amount [2].",
            "Purchasing guideline, section 3: approval limits."),
        new("How do I rotate the credentials of the {team} service?",
            "Create the second key, deploy it, wait until the dashboard shows no use of the first for {n} hours, then revoke the first [1]. Never revoke before the deployment is complete.",
            "Runbook {team}: rotation of keys in two steps."),
        new("Which hotels near {city} have a corporate rate?",
            "There are {n} hotels with our rate in {city}; the nearest to the office is ten minutes on foot [1]. Book through the portal, not by phone.",
            "Travel portal: hotels with a corporate rate."),
        new("What changed in the returns process on {day}?",
            "Since {day} damaged items are refunded without being sent back when they cost less than {amount} EUR; a photo is enough [1]. The warehouse no longer books these [2].",
            "Change log of the returns process, with the reasons."),
        new("Is the {product} covered by the repair service?",
            "Yes. The {product} can be repaired for {amount} EUR after the warranty; seams and zips are free for registered customers [1].",
            "Repair price list, outdoor clothing."),
        new("What do I have to do before I give a supplier access to {team}?",
            "Sign the data agreement, create a guest account that ends after {days} days, and note the owner in the register [1].",
            "Security handbook, section 7: access of third parties."),
    ];

    public static IReadOnlyList<DemoTopic> Orders { get; } =
    [
        new("Please cancel {order} and refund it to the customer's card.",
            "{order} is cancelled. {amount} EUR goes back to the card and arrives within {days} days. The customer has been informed by e-mail.",
            "{\"order\":\"{order}\",\"state\":\"paid\",\"total\":{amount}}"),
        new("The parcel of {order} is lost. Send a replacement today.",
            "I opened a claim with the carrier and ordered a replacement of the {product}, which leaves {city} today. Expected in {n} working days.",
            "{\"order\":\"{order}\",\"carrier\":\"lost\",\"stock\":{n}}"),
        new("Split {order}: send what is in stock now, and the {product} later.",
            "{order} is split. Two items leave today, the {product} follows on {day}. No further shipping costs.",
            "{\"order\":\"{order}\",\"inStock\":2,\"backorder\":1}"),
        new("Book the return of {order}: two of three items, one damaged.",
            "The return of {order} is booked: one item goes to stock, the damaged one is written off, {amount} EUR is refunded.",
            "{\"order\":\"{order}\",\"returned\":2,\"damaged\":1}"),
        new("Why has {order} not been sent for {n} days?",
            "{order} waited for the {product}, which reached {city} yesterday. I released it, and it is in the next collection.",
            "{\"order\":\"{order}\",\"blockedBy\":\"stock\",\"sinceDays\":{n}}"),
        new("Apply a goodwill discount of {n} percent to {order} and tell the customer.",
            "{n} percent, {amount} EUR, is refunded for {order}. The customer has got a message with an apology.",
            "{\"order\":\"{order}\",\"goodwillLimit\":15}"),
    ];

    public static IReadOnlyList<DemoTopic> Code { get; } =
    [
        new("Review this change of the {team} service: retry failed calls up to {n} times with a growing delay.",
            "1. Bug: the delay is computed from the number of all calls, not of the tries, so it never resets.\n2. Risk: a request that is not idempotent is repeated as well.\n3. The limit of {n} is nowhere configurable.",
            "- await client.SendAsync(request);\n+ await Retry(() => client.SendAsync(request), times: {n});"),
        new("Review: cache the price of {product} for {n} minutes.",
            "The key lacks the currency, so a customer in {city} may see a wrong price for {n} minutes. Otherwise fine.",
            "+ var price = cache.GetOrCreate($\"price:{id}\", TimeSpan.FromMinutes({n}));"),
        new("Review the migration that adds an index on orders(created_at).",
            "The index is created in one transaction with the backfill and locks the table for its whole length. Create it concurrently, before the backfill.",
            "+ CREATE INDEX ix_orders_created ON orders (created_at);"),
        new("Review: replace the regular expression of the address parser.",
            "The new expression is linear, good. It no longer accepts house numbers with a letter, as in \"12a\"; there is a test for that which was deleted.",
            "- ^(.+)+\\\\s+(\\\\d+\\\\w?)$\n+ ^([^0-9]+)\\\\s+(\\\\d+)$"),
        new("Review: log the payload of failed payments in {team}.",
            "The payload holds card data. Log the id of the payment and the error code, nothing else.",
            "+ logger.LogError(\"payment failed {Payload}\", payload);"),
    ];

    public static IReadOnlyList<DemoTopic> Tickets { get; } =
    [
        new("Subject: parcel {order}. Nobody was here on {day}, and now it is at a shop {n} km away.",
            "{\"category\":\"delivery\",\"priority\":3}", ""),
        new("Subject: charged {amount} EUR twice. Please refund at once.",
            "{\"category\":\"billing\",\"priority\":2}", ""),
        new("Subject: cannot sign in since {day}. The code by e-mail never arrives.",
            "{\"category\":\"account\",\"priority\":2}", ""),
        new("Subject: {product} smells strongly of plastic. Is that normal?",
            "{\"category\":\"product\",\"priority\":3}", ""),
        new("Subject: wrong invoice address on {order}, my company needs it by {day}.",
            "{\"category\":\"billing\",\"priority\":3}", ""),
        new("Subject: a buckle of the {product} broke and I fell. I want to talk to somebody.",
            "{\"category\":\"product\",\"priority\":1}", ""),
        new("Subject: do you have a shop in {city}?",
            "{\"category\":\"other\",\"priority\":4}", ""),
    ];

    public static IReadOnlyList<DemoTopic> Reports { get; } =
    [
        new("Summarise last week's returns by reason, for the product team.",
            "Returns fell by {n} percent. The {product} alone makes up a fifth, nearly always because of its size; a hint on the page would help. Damage in transit rose in {city}, where the carrier changed.",
            "returns by reason and product, {n} weeks"),
        new("What did customers in {city} ask most, and what did it cost us?",
            "Delivery time, then sizes, then vouchers. Answering cost {amount} EUR, a third less than the week before, because more was answered from the cache.",
            "questions by topic and place, cost by model"),
        new("Compare this week's sales of {product} with the forecast.",
            "Sales were {n} percent above the forecast, carried by {city}. Stock lasts for {days} days at this pace; order now.",
            "sales by day, stock, forecast"),
        new("Write the operations report of {team}.",
            "Availability was 99.9 percent. One incident of {n} minutes: a provider refused calls for exceeding its limit. Calls were moved to another model; nothing was lost.",
            "incidents, availability, calls by provider"),
    ];

    public static IReadOnlyList<string> Products { get; } =
        ["rain jacket Fjell", "backpack Ridge 32", "trekking shoes Basalt", "sleeping bag Tundra", "tent Aurora 2", "head lamp Beam", "down vest Cirrus", "walking poles Carbo", "stove Ember", "dry bag 20 l"];

    public static IReadOnlyList<string> Cities { get; } =
        ["Hamburg", "Lyon", "Porto", "Gdańsk", "Antwerp", "Bilbao", "Graz", "Turku", "Cork", "Bologna", "Aarhus", "Leeds"];

    public static IReadOnlyList<string> Teams { get; } = ["checkout", "inventory", "pricing", "identity", "search", "billing"];

    public static IReadOnlyList<string> Tools { get; } = ["get_order", "get_customer", "check_stock", "track_parcel", "list_payments", "create_refund", "send_email"];
}
